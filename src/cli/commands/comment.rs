//! `cachefit comment`

use crate::cli::Exit;
use crate::cli::args::CommentArgs;
use crate::cli::error::Failure;
use crate::cli::printer::Printer;

/// Posts a report. What goes wrong at the forge is a warning: the price is known whether or not somebody can read it there.
#[cfg(feature = "net")]
pub fn run(printer: &Printer, args: &CommentArgs) -> Result<Exit, Failure> {
    posting::run(printer, args)
}

/// Without a client there is nobody to call.
#[cfg(not(feature = "net"))]
pub fn run(_: &Printer, _: &CommentArgs) -> Result<Exit, Failure> {
    Err(crate::cli::features::without("net", "post comments"))
}

#[cfg(feature = "net")]
mod posting {
    use rust_decimal::Decimal;

    use super::{CommentArgs, Exit, Failure, Printer};
    use crate::cli::args::CommentBehaviour;
    use crate::cli::inputs;
    use crate::comment::{
        Azure, Behaviour, Bitbucket, Done, Forge, GitHub, GitLab, is_empty, is_there, post, prepared, said,
    };
    use crate::net::{Blocking, Calls, Client, Credentials, NetError};

    /// A forge as the environment of a pipeline describes it.
    struct Place {
        base: String,
        token: Option<String>,
        token_name: &'static str,
        request: Option<u64>,
    }

    pub fn run(printer: &Printer, args: &CommentArgs) -> Result<Exit, Failure> {
        let end = exit(args.exit_code);
        let body = match body(args) {
            Ok(body) => body,
            // The gates decide, as they do where a forge refuses; but a run without a report never ends well.
            Err(failure) if end == Exit::Done => return Err(failure),
            Err(failure) => {
                printer.error(&format!("{}\nwarning: no comment was posted", failure.text(false)));
                return Ok(end);
            }
        };
        if args.dry_run {
            printer.data(&format!("{}\n", prepared(&body, &args.tag)))?;
            return Ok(end);
        }
        let first = wanted(args, &body)?;
        let place = place(args);
        let Some(token) = place.token else {
            printer.note(&format!(
                "no comment was posted: {} is not set; the report is in the file",
                place.token_name
            ));
            return Ok(end);
        };
        let Some(request) = place.request else {
            printer.note(
                "warning: no comment was posted: the number of the request is not known; name it with --request, or run in a pipeline of the request",
            );
            return Ok(end);
        };
        let credentials = if args.gitlab {
            Credentials::Header("private-token", token)
        } else {
            Credentials::Bearer(token)
        };
        let result = Client::new(&place.base, credentials).and_then(Blocking::new).and_then(|calls| {
            let forge = forge(args, &calls, request)?;
            if !first && !is_there(forge.as_ref(), &args.tag)? {
                return Ok(None);
            }
            post(forge.as_ref(), &body, &args.tag, behaviour(args.behaviour)).map(Some)
        });
        printer.note(&match result {
            Ok(Some(Done::Posted { beside: 0 })) => "the comment was posted".to_owned(),
            Ok(Some(Done::Posted { beside })) => format!(
                "the comment was posted; {beside} that end with the same mark are left as they are: another account wrote them, or the forge does not tell whose the token is"
            ),
            Ok(Some(Done::Updated)) => "the comment was updated".to_owned(),
            Ok(Some(Done::Same)) => "the comment says the same already".to_owned(),
            Ok(None) => "no comment was posted: the report says that nothing changed by as much".to_owned(),
            Err(error) => format!("warning: no comment was posted: {}", explained(&error)),
        });
        Ok(end)
    }

    /// The report, which has something to say.
    fn body(args: &CommentArgs) -> Result<String, Failure> {
        let hint = || Some("write it with `cachefit cost PROFILE --format markdown > FILE`".to_owned());
        let bytes = if inputs::is_standard_input(&args.body) {
            inputs::standard_input()?
        } else {
            std::fs::read(&args.body).map_err(|error| {
                Failure::new("input", format!("cannot read {}: {error}", args.body.display()), hint())
            })?
        };
        let body = String::from_utf8_lossy(&bytes).into_owned();
        if is_empty(&body) {
            let text = format!("{} is empty, and an empty comment tells nothing", args.body.display());
            return Err(Failure::new("empty-body", text, hint()));
        }
        Ok(body)
    }

    fn exit(code: u8) -> Exit {
        match code {
            0 => Exit::Done,
            2 => Exit::Changes,
            3 => Exit::Gate,
            4 => Exit::Stopped,
            _ => Exit::Error,
        }
    }

    fn behaviour(asked: CommentBehaviour) -> Behaviour {
        match asked {
            CommentBehaviour::Update => Behaviour::Update,
            CommentBehaviour::New => Behaviour::New,
            CommentBehaviour::HideAndNew => Behaviour::HideAndNew,
            CommentBehaviour::DeleteAndNew => Behaviour::DeleteAndNew,
        }
    }

    /// Whether a first comment is wanted. A report that does not say how much changed is posted, and so is a breached gate:
    /// it keeps the change from being merged.
    fn wanted(args: &CommentArgs, body: &str) -> Result<bool, Failure> {
        let Some(when) = args.only_when.as_deref() else { return Ok(true) };
        // A change that costs nothing is a change.
        let over = match when.strip_prefix("over:") {
            _ if when == "changed" => Some(None),
            Some(usd) => usd.parse::<Decimal>().ok().map(Some),
            None => None,
        };
        let over = over.ok_or_else(|| {
            let hint = "say `--only-when changed` or `--only-when over:50`".to_owned();
            Failure::new("bad-value", format!("`{when}` is no condition for a comment"), Some(hint))
        })?;
        let Some(said) = said(body).filter(|said| said.breached == 0) else { return Ok(true) };
        Ok(match over {
            None => said.changed > 0,
            Some(over) => said.difference.is_none_or(|usd| usd.abs() > over),
        })
    }

    fn set(name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn place(args: &CommentArgs) -> Place {
        let number = |name: &str| set(name).and_then(|text| text.parse().ok());
        let of = |base: String, token_name: &'static str, request: Option<u64>| Place {
            base,
            token: set(token_name),
            token_name,
            request: args.request.or(request),
        };
        let or = |name: &str, usual: &str| set(name).unwrap_or_else(|| usual.to_owned());
        if args.github {
            // `refs/pull/12/merge`
            let request = set("GITHUB_REF")
                .and_then(|text| text.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok());
            of(or("GITHUB_API_URL", "https://api.github.com"), "GITHUB_TOKEN", request)
        } else if args.gitlab {
            of(
                or("CI_API_V4_URL", "https://gitlab.com/api/v4"),
                "GITLAB_TOKEN",
                number("CI_MERGE_REQUEST_IID"),
            )
        } else if args.azure_repos {
            let base = or("SYSTEM_COLLECTIONURI", "https://dev.azure.com");
            of(base, "SYSTEM_ACCESSTOKEN", number("SYSTEM_PULLREQUEST_PULLREQUESTID"))
        } else {
            let base = or("BITBUCKET_API_URL", "https://api.bitbucket.org/2.0");
            of(base, "BITBUCKET_TOKEN", number("BITBUCKET_PR_ID"))
        }
    }

    fn forge<'a>(
        args: &CommentArgs,
        calls: &'a Blocking,
        request: u64,
    ) -> Result<Box<dyn Forge + 'a>, NetError> {
        let needed = |name: &str| set(name).ok_or_else(|| NetError::Address(format!("{name} is not set")));
        let (calls, pause): (&dyn Calls, _) = (calls, &std::thread::sleep);
        Ok(if args.github {
            Box::new(GitHub::new(calls, pause, needed("GITHUB_REPOSITORY")?, request))
        } else if args.gitlab {
            Box::new(GitLab::new(calls, pause, &needed("CI_PROJECT_ID")?, request))
        } else if args.azure_repos {
            let (project, repository) = (needed("SYSTEM_TEAMPROJECTID")?, needed("BUILD_REPOSITORY_ID")?);
            Box::new(Azure::new(calls, pause, (&project, &repository), request))
        } else {
            Box::new(Bitbucket::new(calls, pause, &needed("BITBUCKET_REPO_FULL_NAME")?, request))
        })
    }

    /// What to do about a refusal.
    fn explained(error: &NetError) -> String {
        let NetError::Refused(answer) = error else { return error.to_string() };
        let hint = match answer.status {
            401 => "the token is wrong or has expired",
            403 => {
                "the token may not write comments; a fork's never may: let a second workflow post the body (docs/ci.md)"
            }
            404 => "the request is not there, or the token may not see it",
            422 => "the forge does not take the text",
            429 => "the forge is busy; the next run posts it",
            _ => return error.to_string(),
        };
        format!("{error}; {hint}")
    }
}
