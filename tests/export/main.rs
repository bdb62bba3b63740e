//! `cachefit export`: what other tools make of it. Their checkers are below `target/export`, installed by `tests/run`.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

mod containers;
mod read_back;

use std::path::{Path, PathBuf};
use std::process::Command;

use cachefit::catalog::Catalog;
use cachefit::deployment::Configuration;
use cachefit::export::{Subject, Target, export};
use cachefit::profile::{Profile, parse};
use cachefit::recommend::{Options, RegionChoice, recommend};
#[cfg(feature = "aws")]
use cachefit::units::Provider;
use proptest::prelude::*;

/// A file below `target/`, where `tests/run` installs what tests need.
fn installed(file: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join(file);
    assert!(program.exists(), "{} is missing: run tests/run, which installs it", program.display());
    program
}

/// What a checker of `target/export` prints of a file that it takes.
fn checked(program: &str, arguments: &[&str], text: &str, name: &str) -> String {
    let program = installed(&format!("export/bin/{program}"));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(name);
    std::fs::write(&file, text).unwrap();
    let output = Command::new(program).args(arguments).arg(&file).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}{said}\n{text}");
    printed
}

/// Terraform's own formatter takes it and would write it so, where it is there; its language is parsed in any case.
fn taken_by_terraform(text: &str) {
    checked("hcl2tojson", &[], text, "main.tf");
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), text).unwrap();
    let Ok(output) =
        Command::new("terraform").args(["fmt", "-check", "-diff"]).current_dir(dir.path()).output()
    else {
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Bicep is parsed by its grammar for tree-sitter: there is no compiler that a test could install.
fn parsed_as_bicep(text: &str) {
    let script = "import sys\nfrom tree_sitter import Language, Parser\nimport tree_sitter_bicep as bicep\n\
                  tree = Parser(Language(bicep.language())).parse(sys.argv[1].encode())\nsys.exit(tree.root_node.has_error)";
    let output = Command::new(installed("clients/bin/python")).args(["-c", script, text]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !said.contains("ModuleNotFoundError"),
        "tree-sitter-bicep is missing in target/clients: run tests/run, which installs it"
    );
    assert!(output.status.success(), "{said}{text}");
}

fn chosen(profile: &Profile) -> Configuration {
    let options = Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: false,
    };
    recommend(profile, "x.yaml", Catalog::embedded(), &options).unwrap().choice.unwrap().deployment
}

/// A profile with a tag and a user's key pattern of a reader's choice, at a provider, pinned to a size.
fn profile(provider: &str, region: &str, pin: &str, tag: &str, pattern: &str) -> Profile {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let text = format!(
        "name: shop\ntags:\n  note: {}\nplacement:\n  provider: {provider}\n  region: {region}\n\
         dataset:\n  - keys: \"app:*\"\n    type: string\n    count: 100k\n    key_size: 20B\n    value_size: 500B\n    ttl: 1h\n\
         traffic:\n  peak: {{ reads: 500/s, writes: 50/s }}\n\
         security:\n  users:\n    - name: app\n      auth: password\n      can: [read, write]\n      keys: [{}]\n{pin}",
        quoted(tag),
        quoted(pattern)
    );
    parse(text.as_bytes(), "shop.yaml").unwrap()
}

const NODES: &str = "deployment:\n  service: elasticache\n  engine: valkey\n  node_type: cache.t4g.small\n  shards: 1\n  replicas: 1\n";

fn written(profile: &Profile, target: Target) -> String {
    let deployment = chosen(profile);
    written_of(profile, &deployment, &resources(&deployment, profile), target)
}

fn written_of(
    profile: &Profile,
    deployment: &Configuration,
    resources: &[cachefit::plan::Resource],
    target: Target,
) -> String {
    let text = export(&Subject { profile, deployment, resources }, target).unwrap().text;
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
    text
}

#[cfg(feature = "aws")]
fn resources(deployment: &Configuration, profile: &Profile) -> Vec<cachefit::plan::Resource> {
    if deployment.provider() != Provider::Aws {
        return Vec::new();
    }
    cachefit::provider::cloud::desired_anew::<cachefit::provider::aws::Session>(deployment, profile)
}

/// What a plan of a build with AWS has, in its shape.
#[cfg(not(feature = "aws"))]
fn resources(deployment: &Configuration, profile: &Profile) -> Vec<cachefit::plan::Resource> {
    read_back::planned(deployment, profile)
}

fn aws(tag: &str, pattern: &str) -> Profile {
    profile("aws", "us-east-1", NODES, tag, pattern)
}

#[test]
fn containers_are_what_their_schemas_want() {
    let text = written(&aws("ours", "app:*"), Target::Compose);
    checked("check-jsonschema", &["--builtin-schema", "vendor.compose-spec"], &text, "compose.yaml");
    assert!(text.contains("--maxmemory-policy") && text.contains("mem_limit"), "{text}");
    checked("kubernetes-validate", &[], &written(&aws("ours", "app:*"), Target::Kubernetes), "shop.yaml");
    let values = written(&aws("ours", "app:*"), Target::HelmValues);
    assert!(values.contains("existingSecret: shop-passwords"), "{values}");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schemas/bitnami-valkey-values.json");
    checked("check-jsonschema", &["--schemafile", schema.to_str().unwrap()], &values, "values.yaml");
}

#[cfg(feature = "aws")]
#[test]
fn aws_is_taken_by_terraform_and_cloudformation() {
    for (name, text) in cachefit::profile::shipped() {
        let profile = parse(text.as_bytes(), name).unwrap();
        let deployment = chosen(&profile);
        if deployment.provider() != Provider::Aws {
            continue;
        }
        checked(
            "cfn-lint",
            &["--non-zero-exit-code", "error"],
            &written(&profile, Target::CloudFormation),
            "shop.yaml",
        );
        taken_by_terraform(&written(&profile, Target::Terraform));
    }
    for target in [Target::CloudFormation, Target::Terraform] {
        let profile = aws("ours", "app:*");
        let (text, policy) = (written(&profile, target), chosen(&profile).eviction_policy);
        for part in [
            "cache.t4g.small",
            policy.as_str(),
            "maxmemory-policy",
            "reserved-memory-percent",
            "app:*",
            "DatabaseMemoryUsagePercentage",
            "secretsmanager",
        ] {
            assert!(text.contains(part), "{part} {target:?}\n{text}");
        }
    }
}

#[test]
fn other_clouds_are_taken_by_their_languages() {
    let azure = profile("azure", "eastus", "deployment:\n  service: azure-managed-redis\n", "it's ${x}", "*");
    taken_by_terraform(&written(&azure, Target::Terraform));
    let bicep = written(&azure, Target::Bicep);
    assert!(bicep.contains("'note': 'it\\'s \\${x}'") && bicep.contains("name: 'Balanced_"), "{bicep}");
    parsed_as_bicep(&bicep);
    let google = profile("gcp", "us-central1", "deployment:\n  service: memorystore-valkey\n", "ours", "*");
    taken_by_terraform(&written(&google, Target::Terraform));
    let subject_of = |profile: &Profile, target| {
        let deployment = chosen(profile);
        export(&Subject { profile, deployment: &deployment, resources: &[] }, target)
    };
    assert!(subject_of(&google, Target::Bicep).unwrap_err().to_string().contains("does not describe"));
    assert!(subject_of(&azure, Target::CloudFormation).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands in a profile is text in the other language: it comes back as it was, and nowhere else.
    #[test]
    fn texts_stay_texts(tag in "[!-~][ -~]{0,23}|(\\$\\{|%\\{|\\$\\(|\\{\\{resolve:|'|\"|\\\\|: |# ){1,4}") {
        let profile = aws(&tag, "app:*");
        let found = |text: &str, undo: fn(&str) -> String| -> bool {
            fn any(value: &serde_json::Value, is: &dyn Fn(&str) -> bool) -> bool {
                match value {
                    serde_json::Value::String(text) => is(text),
                    serde_json::Value::Array(all) => all.iter().any(|v| any(v, is)),
                    serde_json::Value::Object(all) => all.values().any(|v| any(v, is)),
                    _ => false,
                }
            }
            let documents = text.split("\n---\n");
            let wanted = profile.tags["note"].clone();
            documents.map(|d| serde_yaml::from_str::<serde_json::Value>(d).unwrap())
                .any(|d| any(&d, &|text| undo(text) == wanted))
        };
        let compose = written(&profile, Target::Compose);
        prop_assert!(found(&compose, |text| text.replace("$$", "$")), "{compose}");
        let kubernetes = written(&profile, Target::Kubernetes);
        prop_assert!(found(&kubernetes, str::to_owned), "{kubernetes}");
        let helm = written(&profile, Target::HelmValues);
        prop_assert!(found(&helm, read_back::as_template), "{helm}");
        let template = written(&profile, Target::CloudFormation);
        let tags = read_back::cloudformation(&template)["Resources"]["SecurityGroup"]["Properties"]["Tags"].clone();
        prop_assert_eq!(&tags[0]["Value"], profile.tags["note"].as_str(), "{}", template);
        let azure = self::profile("azure", "eastus", "deployment:\n  service: azure-managed-redis\n", &tag, "*");
        for target in [Target::Terraform, Target::Bicep] {
            let text = written(&azure, target);
            let line = text.lines().find(|l| l.trim_start().starts_with("\"note\"") || l.trim_start().starts_with("'note'")).unwrap();
            for opening in ["${", "%{"] {
                let own: usize = line.match_indices(opening).filter(|(i, _)| {
                    let before = line[..*i].chars().last();
                    !matches!(before, Some('$' | '%' | '\\'))
                }).count();
                prop_assert!(own == 0 || (target == Target::Bicep && opening == "%{"), "{line}");
            }
        }
    }
}
