//! Arguments of `cost`.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};

use super::ScopeArgs;
use crate::report::cost::Form;

#[derive(Args)]
pub struct CostArgs {
    /// Workload profiles, or folders with them; `-` reads one from standard input
    #[arg(required = true, value_name = "PROFILE|DIR")]
    pub profiles: Vec<PathBuf>,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Compare with this: a profile, a folder, a commit as `git:REV`, or an earlier report (`--format json`)
    #[arg(long, value_name = "FILE|DIR|git:REV")]
    pub baseline: Option<String>,
    /// File of cost gates [default: `cachefit.yaml` at the root of the repository, if it is one]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Ask AWS what the account itself would pay, and show both; costs nothing, and leaves nothing behind
    #[arg(long)]
    pub net: bool,
    /// Say where every price comes from and what is not included
    #[arg(long)]
    pub explain: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Form::Table)]
    pub format: Form,
    /// Write the report to this file, and nothing to standard output; `FORMAT=FILE` in another form; repeat it for
    /// several, each with a file of its own
    #[arg(long, short, value_name = "[FORMAT=]FILE", value_parser = output)]
    pub output: Vec<Output>,
}

/// A file, and the form of what is written there.
#[derive(Clone, Debug)]
pub struct Output {
    /// The form; that of `--format` if none is named.
    pub form: Option<Form>,
    /// The file.
    pub file: PathBuf,
}

fn output(text: &str) -> Result<Output, String> {
    let Some((form, file)) = text.split_once('=') else {
        return Ok(Output { form: None, file: PathBuf::from(text) });
    };
    if let Ok(form) = Form::from_str(form, false) {
        return Ok(Output { form: Some(form), file: PathBuf::from(file) });
    }
    let forms = Form::value_variants().iter().filter_map(Form::to_possible_value);
    let forms: Vec<String> = forms.map(|value| value.get_name().to_owned()).collect();
    let forms = forms.join(", ");
    Err(format!(
        "`{form}` is no form of the report; forms: {forms}; a file with a `=` in its name needs its form before it: table={text}"
    ))
}
