//! Snippets as files, the programs that run them, and what they report.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use cachefit::demand::Demand;
use cachefit::profile::{Auth, parse, shipped};
use cachefit::provider::{Connection, Credential, Endpoint, IamTarget};
use cachefit::report::connect::{Client, ConnectReport};
use serde_json::Value;

/// The user of all snippets here.
pub const USER: &str = "shop-web";
/// The clients whose code is run.
pub const RUN: [Client; 4] = [Client::Ioredis, Client::NodeRedis, Client::Glide, Client::RedisPy];

/// The three shapes of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Single,
    Cluster,
    Serverless,
}

pub const KINDS: [Kind; 3] = [Kind::Single, Kind::Cluster, Kind::Serverless];

/// Code for a cache at AWS, or for one with a certificate of its own where `ca` names it.
pub fn snippet(client: Client, kind: Kind, auth: Option<Auth>, ca: Option<&Path>, port: u16) -> String {
    let (name, text) = shipped()[0];
    let endpoint = Endpoint { host: "localhost".into(), port };
    let credential = |auth| Credential { user: USER.into(), auth, secret: "Secrets Manager, shop".into() };
    ConnectReport {
        profile: "shop".into(),
        file: "shop.yaml".into(),
        connection: Connection {
            server_name: Some(endpoint.host.clone()),
            endpoints: vec![endpoint],
            readers: Vec::new(),
            tls: true,
            ca_file: ca.map(|ca| ca.display().to_string()),
            cluster_mode: kind != Kind::Single,
            serverless: kind == Kind::Serverless,
            iam: (auth == Some(Auth::Iam))
                .then(|| IamTarget { cache: "shop".into(), region: "eu-west-1".into() }),
            users: auth.map(credential).into_iter().collect(),
            max_clients: None,
        },
        user: auth.map(|_| USER.into()),
        password: None,
        rest: None,
        rest_token: None,
        connections: Demand::of(&parse(text.as_bytes(), name).unwrap()).connections,
    }
    .snippet(client)
}

/// A program below the target folder that `tests/run` has put there.
pub fn installed(path: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let file = folder.join(path);
    assert!(file.exists(), "{} is missing: run tests/run, which installs it", file.display());
    file
}

/// Python with the clients and AWS's signer.
pub fn python() -> PathBuf {
    installed("clients/bin/python")
}

/// Starts a snippet under its driver for some seconds. The folder gets its file.
pub fn drive(client: Client, code: &str, folder: &Path, seconds: u32) -> Command {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let (program, driver, file) = if client == Client::RedisPy {
        (python(), "drive.py", "snippet.py")
    } else {
        let node = folder.join("node_modules");
        let _ = std::os::unix::fs::symlink(installed("clients-node/node_modules"), node);
        let own = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("clients/bin/node");
        (if own.exists() { own } else { "node".into() }, "drive.mjs", "snippet.mjs")
    };
    std::fs::write(folder.join(file), code).unwrap();
    // A client that hangs fails its test.
    let mut command = Command::new("timeout");
    command.arg((seconds + 30).to_string()).arg(program);
    command.arg(here.join(driver)).arg(folder.join(file)).arg(seconds.to_string());
    command.env_remove("AWS_PROFILE").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a driver saw in a second.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Second {
    pub asked: u32,
    /// Known keys that had to come from the source.
    pub loaded: u32,
    /// New keys that were not there when asked for again.
    pub lost: u32,
}

/// Waits for a driver.
pub fn seconds(name: &str, child: Child) -> Vec<Second> {
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name}: {out}\n{err}");
    // GLIDE writes its warnings there, too.
    let lines = out.lines().filter(|line| line.starts_with('{'));
    let seconds: Vec<Second> =
        lines.map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect();
    assert!(seconds.len() > 3, "{name}: {out}\n{err}");
    seconds
}

/// The cache answers: almost nothing comes from the source any more.
pub fn assert_served(name: &str, seconds: &[Second]) {
    let asked: u32 = seconds.iter().map(|s| s.asked).sum();
    let missed: u32 = seconds.iter().map(|s| s.loaded + s.lost).sum();
    assert!(asked > 20 && missed * 10 < asked, "{name}: {seconds:?}");
}

/// The cache that checks tokens: `double.py`.
pub struct Double {
    child: Child,
    orders: Option<ChildStdin>,
    log: PathBuf,
    pub folder: tempfile::TempDir,
    pub port: u16,
}

impl Drop for Double {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Double {
    /// One that takes a token for `token` seconds and cuts a connection `session` seconds after it signed in.
    pub fn start(kind: Kind, token: f64, session: f64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (ca, cert, key) = certificates(folder.path());
        let log = folder.path().join("log");
        let mut child = Command::new(python())
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/double.py"))
            .args(["--kind", &format!("{kind:?}").to_lowercase(), "--cert"])
            .arg(cert)
            .arg("--key")
            .arg(key)
            .args(["--cache", "shop", "--user", USER, "--region", "eu-west-1"])
            .args(["--token", &token.to_string(), "--session", &session.to_string()])
            .stdin(Stdio::piped())
            .stdout(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        assert!(ca.exists());
        let orders = child.stdin.take();
        let mut double = Self { child, orders, log, folder, port: 0 };
        let deadline = Instant::now() + Duration::from_secs(30);
        while double.port == 0 {
            assert!(Instant::now() < deadline, "double.py does not start");
            std::thread::sleep(Duration::from_millis(50));
            let ready = double.events("ready");
            double.port = ready.first().map_or(0, |e| e["ports"][0].as_u64().unwrap() as u16);
        }
        double
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    pub fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
    }

    /// What happened, of one kind.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|event| event["event"] == kind).collect()
    }
}

/// An authority and the certificate of `localhost`.
fn certificates(folder: &Path) -> (PathBuf, PathBuf, PathBuf) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(rcgen::DnType::CommonName, "authority of the tests");
    let authority = ca.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    // redis-py turns this name into its number.
    params.subject_alt_names.push(rcgen::SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &issuer).unwrap();
    (
        file("ca.crt", authority.pem()),
        file("server.crt", certificate.pem()),
        file("server.key", key.serialize_pem()),
    )
}
