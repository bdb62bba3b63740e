//! `cachefit comment` against doubles of the forges, shaped by the descriptions of their public APIs.

#![cfg(feature = "net")]
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

#[path = "support/web.rs"]
mod web;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use web::{Received, Reply, Web};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    GitHub,
    GitLab,
    Azure,
    Bitbucket,
}

const ALL: [Kind; 4] = [Kind::GitHub, Kind::GitLab, Kind::Azure, Kind::Bitbucket];

/// The account of the token.
const US: u64 = 9;
/// A person's.
const SOMEBODY: u64 = 1;

/// Comments by id with their authors, and a status with which everything is answered instead.
#[derive(Default)]
struct State {
    comments: Vec<(u64, String)>,
    /// Comments that a person wrote; all others are of the token's account.
    of_somebody: Vec<u64>,
    /// Whether the token is no user's, whom the forge does not name then.
    is_app: bool,
    refuse: Option<u16>,
    calls: Vec<String>,
    signed: Vec<Option<String>>,
}

/// Two comments a page, so that every list has pages.
const PAGE: usize = 2;

/// Where the comments of a request are, and what goes before the number of one.
fn paths(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::GitHub => ("/repos/o/r/issues/7/comments", "/repos/o/r/issues/comments/"),
        Kind::GitLab => ("/projects/5/merge_requests/7/notes", "/projects/5/merge_requests/7/notes/"),
        Kind::Azure => (
            "/p/_apis/git/repositories/r/pullRequests/7/threads",
            "/p/_apis/git/repositories/r/pullRequests/7/threads/",
        ),
        Kind::Bitbucket => {
            ("/repositories/o/r/pullrequests/7/comments", "/repositories/o/r/pullrequests/7/comments/")
        }
    }
}

fn answer(kind: Kind, state: &Mutex<State>, request: &Received) -> Reply {
    let mut state = state.lock().unwrap();
    state.calls.push(request.method.clone());
    state
        .signed
        .push(request.header("authorization").or_else(|| request.header("private-token")).map(str::to_owned));
    if let Some(status) = state.refuse {
        let body = json!({ "message": "no" });
        return Reply { headers: vec![("retry-after".into(), "0".into())], ..Reply::json(status, &body) };
    }
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let (list, one) = paths(kind);
    let (is_app, of_somebody) = (state.is_app, state.of_somebody.clone());
    let shown = |(id, body): &(u64, String)| {
        let account = if of_somebody.contains(id) { SOMEBODY } else { US };
        let app = is_app && account == US;
        match kind {
            Kind::GitHub => {
                json!({ "id": id, "body": body, "user": { "id": account, "type": if app { "Bot" } else { "User" } } })
            }
            Kind::GitLab => json!({ "id": id, "body": body, "author": { "id": account } }),
            Kind::Azure => {
                json!({ "id": id, "comments": [{ "id": 1, "content": body, "author": { "id": account.to_string() } }] })
            }
            Kind::Bitbucket => json!({
                "id": id, "content": { "raw": body }, "deleted": false,
                "user": { "uuid": format!("{{{account}}}"), "type": if app { "app_user" } else { "user" } },
            }),
        }
    };
    let asks_whose = match kind {
        Kind::Azure => "/_apis/connectionData",
        _ => "/user",
    };
    if path == asks_whose && request.method == "GET" {
        return match kind {
            _ if is_app => Reply::json(403, &json!({ "message": "Resource not accessible by integration" })),
            Kind::GitHub | Kind::GitLab => Reply::json(200, &json!({ "id": US })),
            Kind::Azure => Reply::json(200, &json!({ "authenticatedUser": { "id": US.to_string() } })),
            Kind::Bitbucket => Reply::json(200, &json!({ "uuid": format!("{{{US}}}") })),
        };
    }
    let sent: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let text = |sent: &Value| match kind {
        Kind::GitHub | Kind::GitLab => sent["body"].as_str().unwrap().to_owned(),
        Kind::Azure => {
            sent["comments"][0]["content"].as_str().or(sent["content"].as_str()).unwrap().to_owned()
        }
        Kind::Bitbucket => sent["content"]["raw"].as_str().unwrap().to_owned(),
    };
    if path == list && request.method == "GET" {
        let page: usize =
            query.split('&').find_map(|p| p.strip_prefix("page=")).map_or(0, |n| n.parse().unwrap());
        let all: Vec<Value> = state.comments.iter().map(shown).collect();
        if kind == Kind::Azure {
            return Reply::json(200, &json!({ "value": all }));
        }
        let entries: Vec<Value> = all.iter().skip(page * PAGE).take(PAGE).cloned().collect();
        let next = format!("http://{}{path}?page={}", request.header("host").unwrap(), page + 1);
        let more = all.len() > (page + 1) * PAGE;
        if kind == Kind::Bitbucket {
            let mut body = json!({ "values": entries });
            if more {
                body["next"] = next.into();
            }
            return Reply::json(200, &body);
        }
        let mut reply = Reply::json(200, &Value::Array(entries));
        if more {
            reply.headers.push(("link".into(), format!("<{next}>; rel=\"next\"")));
        }
        return reply;
    }
    if path == list && request.method == "POST" {
        let id = state.comments.iter().map(|c| c.0).max().unwrap_or(0) + 1;
        let body = text(&sent);
        state.comments.push((id, body.clone()));
        return Reply::json(201, &shown(&(id, body)));
    }
    let Some(id) = path.strip_prefix(one).and_then(|rest| rest.split('/').next()?.parse::<u64>().ok()) else {
        return Reply::json(404, &json!({}));
    };
    let Some(at) = state.comments.iter().position(|c| c.0 == id) else { return Reply::json(404, &json!({})) };
    let edits = if matches!(kind, Kind::GitHub | Kind::Azure) { "PATCH" } else { "PUT" };
    match request.method.as_str() {
        "DELETE" => {
            state.comments.remove(at);
            Reply { status: 204, headers: vec![], body: String::new() }
        }
        method if method == edits => {
            state.comments[at].1 = text(&sent);
            Reply::json(200, &json!({}))
        }
        _ => Reply::json(405, &json!({})),
    }
}

struct Double {
    kind: Kind,
    state: Arc<Mutex<State>>,
    web: Web,
}

impl Double {
    fn new(kind: Kind, comments: &[&str]) -> Self {
        let state = State {
            comments: comments.iter().enumerate().map(|(i, c)| (i as u64 + 1, (*c).to_owned())).collect(),
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let web = Web::start(move |request| answer(kind, &shared, request));
        Self { kind, state, web }
    }

    fn command(&self, body: &str, extra: &[&str]) -> (i32, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("body.md");
        std::fs::write(&file, body).unwrap();
        self.command_without("", &file, extra)
    }

    /// With one variable less.
    fn command_without(&self, name: &str, file: &Path, extra: &[&str]) -> (i32, String) {
        let (flag, set): (&str, Vec<(&str, &str)>) = match self.kind {
            Kind::GitHub => (
                "--github",
                vec![
                    ("GITHUB_API_URL", &self.web.url),
                    ("GITHUB_REPOSITORY", "o/r"),
                    ("GITHUB_REF", "refs/pull/7/merge"),
                    ("GITHUB_TOKEN", "the-token"),
                ],
            ),
            Kind::GitLab => (
                "--gitlab",
                vec![
                    ("CI_API_V4_URL", &self.web.url),
                    ("CI_PROJECT_ID", "5"),
                    ("CI_MERGE_REQUEST_IID", "7"),
                    ("GITLAB_TOKEN", "the-token"),
                ],
            ),
            Kind::Azure => (
                "--azure-repos",
                vec![
                    ("SYSTEM_COLLECTIONURI", &self.web.url),
                    ("SYSTEM_TEAMPROJECTID", "p"),
                    ("BUILD_REPOSITORY_ID", "r"),
                    ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
                    ("SYSTEM_ACCESSTOKEN", "the-token"),
                ],
            ),
            Kind::Bitbucket => (
                "--bitbucket",
                vec![
                    ("BITBUCKET_API_URL", &self.web.url),
                    ("BITBUCKET_REPO_FULL_NAME", "o/r"),
                    ("BITBUCKET_PR_ID", "7"),
                    ("BITBUCKET_TOKEN", "the-token"),
                ],
            ),
        };
        let output = Command::new(env!("CARGO_BIN_EXE_cachefit"))
            .args(["comment", flag, "--body"])
            .arg(file)
            .args(extra)
            .env_clear()
            .envs(set.into_iter().filter(|(set, _)| *set != name))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
        assert!(!said.contains("the-token"), "{said}");
        (output.status.code().unwrap(), said)
    }

    fn bodies(&self) -> Vec<String> {
        self.state.lock().unwrap().comments.iter().map(|c| c.1.clone()).collect()
    }
}

#[test]
fn one_comment_is_posted_and_then_updated_behind_all_pages() {
    for kind in ALL {
        let double = Double::new(kind, &["hello", "looks good", "and the price?"]);
        let (code, said) = double.command("**first**", &[]);
        assert!(code == 0 && said.contains("posted"), "{kind:?}: {said}");
        for (body, expected) in [("**second**", "updated"), ("**second**", "says the same")] {
            let (code, said) = double.command(body, &[]);
            assert!(code == 0 && said.contains(expected), "{kind:?}: {said}");
        }
        let bodies = double.bodies();
        assert_eq!(bodies.len(), 4, "{kind:?}");
        assert!(bodies[3].starts_with("**second**"), "{kind:?}: {bodies:?}");
        assert!(double.command("other", &["--tag", "other"]).1.contains("posted"));
        assert_eq!(double.bodies().len(), 5, "{kind:?}");
        let signed = double.state.lock().unwrap().signed.clone();
        assert!(signed.iter().all(|s| s.as_deref().is_some_and(|s| s.ends_with("the-token"))), "{kind:?}");
    }
}

#[test]
fn older_comments_are_deleted_folded_or_left() {
    for kind in ALL {
        for (behaviour, left) in [("delete-and-new", 1), ("hide-and-new", 2), ("new", 2)] {
            let double = Double::new(kind, &[]);
            double.command("one", &["--behaviour", behaviour]);
            let (code, said) = double.command("two", &["--behaviour", behaviour]);
            let bodies = double.bodies();
            assert_eq!((code, bodies.len()), (0, left), "{kind:?} {behaviour}: {said}");
            assert!(bodies[left - 1].starts_with("two"), "{bodies:?}");
            assert_eq!(behaviour == "hide-and-new", bodies[0].contains("Superseded"), "{bodies:?}");
        }
    }
}

#[test]
fn a_refusal_is_a_warning_and_the_code_of_the_gates_stays() {
    for kind in ALL {
        for status in [401, 403, 404, 422, 429, 500] {
            let double = Double::new(kind, &[]);
            double.state.lock().unwrap().refuse = Some(status);
            let (code, said) = double.command("body", &["--exit-code", "3"]);
            assert!(
                code == 3 && said.contains("warning: no comment was posted"),
                "{kind:?} {status}: {said}"
            );
            let calls = double.state.lock().unwrap().calls.len();
            let expected = if status == 429 || status == 500 { 5 } else { 1 };
            assert_eq!(calls, expected, "{kind:?} {status}");
        }
    }
}

#[test]
fn conditions_tokens_and_dry_runs_decide_whether_anybody_is_called() {
    let double = Double::new(Kind::GitHub, &[]);
    let report = |usd: &str, changed: u8, breached: u8, text: &str| {
        format!("<!-- cachefit difference: {usd}; {changed} changed; {breached} breached -->\n{text}")
    };
    let same = report("0.00 USD", 0, 0, "same price");
    let (code, said) = double.command(&same, &["--only-when", "changed"]);
    assert!(code == 0 && said.contains("no comment was posted") && double.bodies().is_empty(), "{said}");
    let dear = report("+60.00 USD", 1, 0, "dearer");
    double.command(&dear, &["--only-when", "over:100"]);
    assert!(double.bodies().is_empty());
    // What a name says further down is not what the report says.
    let forged =
        format!("{same}\n{dear}\n| <!-- cachefit difference: +60.00 USD; 1 changed; 0 breached --> |");
    double.command(&forged, &["--only-when", "changed"]);
    double.command(&forged, &["--only-when", "over:1"]);
    assert!(double.bodies().is_empty());
    double.command(&dear, &["--only-when", "over:50"]);
    assert!(double.bodies()[0].starts_with("dearer"), "{:?}", double.bodies());
    for (i, (always, when)) in [
        (report("unknown", 1, 0, "a"), "over:100"),
        (report("0.00 USD", 2, 0, "b"), "changed"),
        (report("0.00 USD", 0, 1, "c"), "changed"),
        (report("+1.00 USD", 1, 1, "d"), "over:100"),
        ("no baseline".to_owned(), "over:100"),
    ]
    .iter()
    .enumerate()
    {
        let tag = format!("t{i}");
        let (_, said) = double.command(always, &["--only-when", when, "--tag", &tag]);
        assert!(said.contains("was posted"), "{always}: {said}");
    }
    double.state.lock().unwrap().comments.truncate(1);
    // A difference that is gone is told.
    double.command(&same, &["--only-when", "changed"]);
    assert!(double.bodies().len() == 1 && double.bodies()[0].starts_with("same price"));
    let calls = double.state.lock().unwrap().calls.len();
    let (code, said) = double.command("@all <b>x</b>", &["--dry-run", "--exit-code", "3"]);
    assert!(code == 3 && said.contains("cachefit:cost:end") && !said.contains("@all"), "{said}");
    assert_eq!(double.state.lock().unwrap().calls.len(), calls);
    assert!(double.command(&same, &["--only-when", "sometimes"]).0 == 1);
}

#[test]
fn a_persons_comment_is_never_changed_or_deleted() {
    let ours = "**report**\n\n[//]: # (cachefit:cost:end)";
    let quoted = "> **report**\n>\n> [//]: # (cachefit:cost:end)";
    for kind in ALL {
        for is_app in [false, true] {
            for behaviour in ["update", "hide-and-new", "delete-and-new"] {
                // The report of an earlier run, a reply that quotes it and one with its whole text, and a reply of ours.
                let double = Double::new(kind, &[ours, quoted, ours, quoted]);
                {
                    let mut state = double.state.lock().unwrap();
                    (state.of_somebody, state.is_app) = (vec![2, 3], is_app);
                }
                for body in ["one", "two"] {
                    let (code, said) = double.command(body, &["--behaviour", behaviour]);
                    assert_eq!(code, 0, "{kind:?} {is_app} {behaviour}: {said}");
                }
                let left = double.state.lock().unwrap().comments.clone();
                for id in [2, 3, 4] {
                    let body = if id == 3 { ours } else { quoted };
                    assert!(left.contains(&(id, body.to_owned())), "{kind:?} {is_app} {behaviour}: {left:?}");
                }
                assert!(
                    left.iter().any(|c| c.1.starts_with("two")),
                    "{kind:?} {is_app} {behaviour}: {left:?}"
                );
                // What the token's account wrote is kept at one, and folded ones beside it: where the forge does not tell
                // the account, the answer to a new comment does.
                let expected = if behaviour == "hide-and-new" { 6 } else { 4 };
                assert_eq!(left.len(), expected, "{kind:?} {is_app} {behaviour}: {left:?}");
            }
        }
    }
}

#[test]
fn a_comment_beside_one_with_the_same_mark_says_so() {
    for kind in ALL {
        let double = Double::new(kind, &["my copy\n\n[//]: # (cachefit:cost:end)"]);
        double.state.lock().unwrap().of_somebody = vec![1];
        let (code, said) = double.command("one", &[]);
        assert!(code == 0 && said.contains("1 that end with the same mark are left"), "{kind:?}: {said}");
        let same = "<!-- cachefit difference: 0.00 USD; 0 changed; 0 breached -->\nsame";
        let (_, said) = double.command(same, &["--only-when", "changed"]);
        assert!(said.contains("updated") && double.bodies().len() == 2, "{kind:?}: {said}");
        // Another's is no first comment of ours.
        let double = Double::new(kind, &["my copy\n\n[//]: # (cachefit:cost:end)"]);
        double.state.lock().unwrap().of_somebody = vec![1];
        let (_, said) = double.command(same, &["--only-when", "changed"]);
        assert!(said.contains("no comment was posted") && double.bodies().len() == 1, "{kind:?}: {said}");
    }
}

#[test]
fn an_empty_report_leaves_the_comment_that_is_there() {
    for kind in ALL {
        let double = Double::new(kind, &[]);
        double.command("good", &[]);
        let before = double.state.lock().unwrap().calls.len();
        for empty in ["", "\n \n", "<!-- cachefit difference: 0.00 USD; 0 changed; 0 breached -->\n"] {
            for (code, dry) in [(0, true), (0, false), (3, false)] {
                let code_text = code.to_string();
                let mut extra = vec!["--exit-code", &code_text];
                extra.extend(dry.then_some("--dry-run"));
                let (ended, said) = double.command(empty, &extra);
                assert_eq!(ended, if code == 0 { 1 } else { code }, "{kind:?} {empty:?}: {said}");
                assert!(said.contains("is empty") && said.contains("hint: write it with"), "{said}");
            }
        }
        assert!(double.bodies()[0].starts_with("good") && double.bodies().len() == 1);
        assert_eq!(double.state.lock().unwrap().calls.len(), before, "nobody is called");
    }
}

#[test]
fn what_is_not_set_or_cannot_be_read_keeps_the_code_of_the_gates() {
    let missing = [
        (Kind::GitHub, ["GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_TOKEN"]),
        (Kind::GitLab, ["CI_MERGE_REQUEST_IID", "CI_PROJECT_ID", "GITLAB_TOKEN"]),
        (Kind::Azure, ["SYSTEM_PULLREQUEST_PULLREQUESTID", "BUILD_REPOSITORY_ID", "SYSTEM_ACCESSTOKEN"]),
        (Kind::Bitbucket, ["BITBUCKET_PR_ID", "BITBUCKET_REPO_FULL_NAME", "BITBUCKET_TOKEN"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body.md");
    std::fs::write(&file, "body").unwrap();
    for (kind, names) in missing {
        let double = Double::new(kind, &[]);
        for name in names {
            for code in [0, 3] {
                let (ended, said) = double.command_without(name, &file, &["--exit-code", &code.to_string()]);
                assert!(
                    ended == code && said.contains("no comment was posted"),
                    "{kind:?} {name}: {ended} {said}"
                );
            }
        }
        let nowhere = folder.path().join("nowhere.md");
        for (code, expected) in [(0, 1), (3, 3), (4, 4)] {
            let (ended, said) = double.command_without("", &nowhere, &["--exit-code", &code.to_string()]);
            assert!(ended == expected && said.contains("cannot read"), "{kind:?} {ended}: {said}");
        }
        assert!(double.bodies().is_empty());
    }
}
