//! The forges: where their comments are, and how their answers are made.

use serde_json::{Value, json};

use super::handler::{Author, Existing, Forge};
use crate::net::{Answer, Calls, Method, NetError, Pause, patiently};

/// More pages than any request has.
const MOST_PAGES: usize = 100;

/// What every forge needs.
pub struct Access<'a> {
    /// Makes the calls, signed in.
    pub calls: &'a dyn Calls,
    /// Waits when a forge is busy.
    pub pause: Pause<'a>,
}

impl Access<'_> {
    fn call(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Answer, NetError> {
        patiently(self.calls, self.pause, (method, path), body)
    }

    /// All entries of all pages: `entries` finds them in a page, `next` the page after it.
    fn all(
        &self,
        first: &str,
        entries: impl Fn(&Value) -> &Value,
        next: impl Fn(&Answer) -> Option<String>,
    ) -> Result<Vec<Value>, NetError> {
        let (mut all, mut path) = (Vec::new(), Some(first.to_owned()));
        for _ in 0..MOST_PAGES {
            let Some(at) = path else { return Ok(all) };
            let answer = self.call(&Method::GET, &at, None)?;
            all.extend(entries(&answer.body).as_array().into_iter().flatten().cloned());
            path = next(&answer);
        }
        Err(NetError::Address(format!("{first}: more than {MOST_PAGES} pages of comments")))
    }

    /// The id of the account of the token, at a pointer of an answer; none where the forge does not tell it. Whether a token
    /// is good is not asked here: comments have been listed with it.
    fn account(&self, path: &str, id: &str) -> Result<Option<String>, NetError> {
        match self.call(&Method::GET, path, None) {
            Ok(answer) => Ok(answer.body.pointer(id).and_then(account_id)),
            Err(NetError::Refused(answer)) if (400..429).contains(&answer.status) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn id_of(value: &Value) -> u64 {
    value["id"].as_u64().unwrap_or_default()
}

/// Forges number accounts, or have letters for them.
fn account_id(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|id| id.to_string()))
}

/// A comment, by the text, the id of its author, and whether the forge says that no person writes as this author.
fn comment(value: &Value, text: &Value, author: &Value, is_program: bool) -> Existing {
    let author = Author { id: account_id(author), is_program };
    Existing { id: id_of(value), thread: 0, author, body: text.as_str().unwrap_or_default().to_owned() }
}

/// A pull request of GitHub.
pub struct GitHub<'a> {
    access: Access<'a>,
    repository: String,
    request: u64,
}

impl<'a> GitHub<'a> {
    /// The comments of `owner/name` and a number.
    pub fn new(calls: &'a dyn Calls, pause: Pause<'a>, repository: String, request: u64) -> Self {
        Self { access: Access { calls, pause }, repository, request }
    }

    fn one(&self, comment: &Existing) -> String {
        format!("/repos/{}/issues/comments/{}", self.repository, comment.id)
    }

    /// The accounts of apps are bots, the one of `GITHUB_TOKEN` as well, and no person writes with them.
    fn read(value: &Value) -> Existing {
        let user = &value["user"];
        comment(value, &value["body"], &user["id"], user["type"] == "Bot")
    }
}

impl Forge for GitHub<'_> {
    fn list(&self) -> Result<Vec<Existing>, NetError> {
        let first = format!("/repos/{}/issues/{}/comments?per_page=100", self.repository, self.request);
        let all = self.access.all(&first, |page| page, |answer| answer.next.clone())?;
        Ok(all.iter().map(Self::read).collect())
    }

    /// Tokens of apps are refused (403): they are no user's.
    fn account(&self) -> Result<Option<String>, NetError> {
        self.access.account("/user", "/id")
    }

    fn create(&self, body: &str) -> Result<Existing, NetError> {
        let path = format!("/repos/{}/issues/{}/comments", self.repository, self.request);
        Ok(Self::read(&self.access.call(&Method::POST, &path, Some(&json!({ "body": body })))?.body))
    }

    fn update(&self, comment: &Existing, body: &str) -> Result<(), NetError> {
        self.access.call(&Method::PATCH, &self.one(comment), Some(&json!({ "body": body }))).map(drop)
    }

    fn delete(&self, comment: &Existing) -> Result<(), NetError> {
        self.access.call(&Method::DELETE, &self.one(comment), None).map(drop)
    }
}

/// A merge request of GitLab.
pub struct GitLab<'a> {
    access: Access<'a>,
    notes: String,
}

impl<'a> GitLab<'a> {
    /// The notes of a project's id and a merge request's number.
    pub fn new(calls: &'a dyn Calls, pause: Pause<'a>, project: &str, request: u64) -> Self {
        let notes = format!("/projects/{project}/merge_requests/{request}/notes");
        Self { access: Access { calls, pause }, notes }
    }

    /// The author of a note is named, and not whether it is a program.
    fn read(value: &Value) -> Existing {
        comment(value, &value["body"], &value["author"]["id"], false)
    }
}

impl Forge for GitLab<'_> {
    fn list(&self) -> Result<Vec<Existing>, NetError> {
        let first = format!("{}?per_page=100&sort=asc", self.notes);
        let all = self.access.all(&first, |page| page, |answer| answer.next.clone())?;
        Ok(all.iter().map(Self::read).collect())
    }

    /// Tokens of projects and groups have a user of their own.
    fn account(&self) -> Result<Option<String>, NetError> {
        self.access.account("/user", "/id")
    }

    fn create(&self, body: &str) -> Result<Existing, NetError> {
        Ok(Self::read(&self.access.call(&Method::POST, &self.notes, Some(&json!({ "body": body })))?.body))
    }

    fn update(&self, comment: &Existing, body: &str) -> Result<(), NetError> {
        let path = format!("{}/{}", self.notes, comment.id);
        self.access.call(&Method::PUT, &path, Some(&json!({ "body": body }))).map(drop)
    }

    fn delete(&self, comment: &Existing) -> Result<(), NetError> {
        self.access.call(&Method::DELETE, &format!("{}/{}", self.notes, comment.id), None).map(drop)
    }
}

/// A pull request of Azure Repos. Each of our comments has a thread of its own.
pub struct Azure<'a> {
    access: Access<'a>,
    threads: String,
}

const AZURE_VERSION: &str = "api-version=7.1";

impl<'a> Azure<'a> {
    /// The threads of a pull request.
    pub fn new(
        calls: &'a dyn Calls,
        pause: Pause<'a>,
        (project, repository): (&str, &str),
        request: u64,
    ) -> Self {
        let threads =
            format!("/{project}/_apis/git/repositories/{repository}/pullRequests/{request}/threads");
        Self { access: Access { calls, pause }, threads }
    }

    fn one(&self, comment: &Existing) -> String {
        // Comments are numbered in their thread, and ours is the first.
        format!("{}/{}/comments/1?{AZURE_VERSION}", self.threads, comment.thread)
    }

    /// The first comment of a thread, by the id of the thread.
    fn read(thread: &Value) -> Existing {
        let first = &thread["comments"][0];
        let read = comment(thread, &first["content"], &first["author"]["id"], false);
        Existing { thread: read.id, ..read }
    }
}

impl Forge for Azure<'_> {
    fn list(&self) -> Result<Vec<Existing>, NetError> {
        let all =
            self.access.all(&format!("{}?{AZURE_VERSION}", self.threads), |page| &page["value"], |_| None)?;
        let threads = all.iter().filter(|thread| thread["isDeleted"] != true);
        let ours = threads.filter(|thread| thread["comments"][0]["isDeleted"] != true);
        Ok(ours.map(Self::read).collect())
    }

    /// Of the collection, not of the project; it has been a preview in every version.
    fn account(&self) -> Result<Option<String>, NetError> {
        self.access.account("/_apis/connectionData?api-version=7.1-preview", "/authenticatedUser/id")
    }

    fn create(&self, body: &str) -> Result<Existing, NetError> {
        let thread = json!({ "comments": [{ "parentCommentId": 0, "content": body, "commentType": 1 }], "status": "closed" });
        let path = format!("{}?{AZURE_VERSION}", self.threads);
        Ok(Self::read(&self.access.call(&Method::POST, &path, Some(&thread))?.body))
    }

    fn update(&self, comment: &Existing, body: &str) -> Result<(), NetError> {
        self.access.call(&Method::PATCH, &self.one(comment), Some(&json!({ "content": body }))).map(drop)
    }

    fn delete(&self, comment: &Existing) -> Result<(), NetError> {
        self.access.call(&Method::DELETE, &self.one(comment), None).map(drop)
    }
}

/// A pull request of Bitbucket Cloud.
pub struct Bitbucket<'a> {
    access: Access<'a>,
    comments: String,
}

impl<'a> Bitbucket<'a> {
    /// The comments of `workspace/name` and a number.
    pub fn new(calls: &'a dyn Calls, pause: Pause<'a>, repository: &str, request: u64) -> Self {
        let comments = format!("/repositories/{repository}/pullrequests/{request}/comments");
        Self { access: Access { calls, pause }, comments }
    }

    /// The token of a repository, project or workspace writes as an app user of its own.
    fn read(value: &Value) -> Existing {
        let user = &value["user"];
        comment(value, &value["content"]["raw"], &user["uuid"], user["type"] == "app_user")
    }
}

impl Forge for Bitbucket<'_> {
    fn list(&self) -> Result<Vec<Existing>, NetError> {
        let next = |answer: &Answer| answer.body["next"].as_str().map(str::to_owned);
        let all = self.access.all(&format!("{}?pagelen=100", self.comments), |page| &page["values"], next)?;
        let there = all.iter().filter(|c| c["deleted"] != true);
        Ok(there.map(Self::read).collect())
    }

    /// Of users alone, and with a scope of its own.
    fn account(&self) -> Result<Option<String>, NetError> {
        self.access.account("/user", "/uuid")
    }

    fn create(&self, body: &str) -> Result<Existing, NetError> {
        let text = json!({ "content": { "raw": body } });
        Ok(Self::read(&self.access.call(&Method::POST, &self.comments, Some(&text))?.body))
    }

    fn update(&self, comment: &Existing, body: &str) -> Result<(), NetError> {
        let text = json!({ "content": { "raw": body } });
        self.access.call(&Method::PUT, &format!("{}/{}", self.comments, comment.id), Some(&text)).map(drop)
    }

    fn delete(&self, comment: &Existing) -> Result<(), NetError> {
        self.access.call(&Method::DELETE, &format!("{}/{}", self.comments, comment.id), None).map(drop)
    }
}
