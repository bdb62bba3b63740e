//! Server processes: started so that they outlive us, ended only when they are ours.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, test_kill_process, waitpid};

use super::error::LocalError;
use super::files;
use super::layout::NodeFolder;
use super::node::Node;
use crate::provider::ProgramError;

/// A server with much data takes a while to save it.
const STOP: Duration = Duration::from_mins(1);
/// How long a killed process may hold its port.
const RELEASE: Duration = Duration::from_secs(2);
const STEP: Duration = Duration::from_millis(10);
/// A port and its bus port, 10,000 above, both fit below this.
const HIGHEST: u16 = 55_535;

/// Starts a server in a process group of its own: the end of our terminal does not reach it, and servers ignore
/// SIGHUP. Nothing secret is on its command line.
pub fn spawn(program: &Path, folder: &NodeFolder) -> Result<Child, LocalError> {
    Command::new(program)
        .arg(folder.conf())
        .current_dir(folder.data())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| ProgramError::BadServer { path: program.to_owned(), why: error.to_string() }.into())
}

/// The process in the pid file, if it lives and works in this node's data folder. After a reboot the number may
/// belong to somebody else.
pub fn ours(node: &Node<'_>) -> Result<Option<i32>, LocalError> {
    let Some(text) = files::read(&node.folder.pid())? else { return Ok(None) };
    let Ok(number) = text.trim().parse::<i32>() else { return Ok(None) };
    Ok((is_alive(number) && works_in(number, node)).then_some(number))
}

/// Whether a process runs; one that has ended and was not yet waited for does not.
pub fn is_alive(number: i32) -> bool {
    let Some(pid) = Pid::from_raw(number).filter(|_| number > 0) else { return false };
    // Only our own children can be waited for; for others the answer is an error and the next question counts.
    if matches!(waitpid(Some(pid), WaitOptions::NOHANG), Ok(Some(_))) {
        return false;
    }
    test_kill_process(pid).is_ok()
}

/// Linux shows the working folder of a process. Elsewhere it is ours if its command line names our configuration, which
/// servers replace by a title when they are up, or if it answers on our port to our password. What cannot be proven to be
/// ours is not.
fn works_in(number: i32, node: &Node<'_>) -> bool {
    let folder = &node.folder;
    let wanted = fs::canonicalize(folder.data());
    match fs::read_link(format!("/proc/{number}/cwd")) {
        Ok(cwd) => wanted.is_ok_and(|wanted| wanted == cwd),
        Err(_) if Path::new("/proc/self").exists() => false,
        Err(_) => ps(number).is_some_and(|line| names(&line, &folder.conf())) || node.is_process(number),
    }
}

/// Whether a command line has a path in it, as an argument of its own.
fn names(line: &str, conf: &Path) -> bool {
    let conf = conf.to_string_lossy();
    line.match_indices(&*conf).any(|(start, _)| {
        let after = line[start + conf.len()..].chars().next();
        line[..start].ends_with(char::is_whitespace) && after.is_none_or(char::is_whitespace)
    })
}

fn ps(number: i32) -> Option<String> {
    let output = Command::new("ps").args(["-o", "command=", "-p", &number.to_string()]).output().ok()?;
    String::from_utf8(output.stdout).ok()
}

/// Ends the node's process with SIGTERM, if it runs and is ours; waits until it is gone.
pub fn stop(node: &Node<'_>) -> Result<(), LocalError> {
    let folder = &node.folder;
    if let Some(number) = ours(node)? {
        if let Some(pid) = Pid::from_raw(number) {
            // It may end by itself just now.
            let _ = kill_process(pid, Signal::TERM);
        }
        wait_gone(folder, number)?;
    }
    files::remove(&folder.pid())
}

/// Waits until a process is gone.
pub fn wait_gone(folder: &NodeFolder, number: i32) -> Result<(), LocalError> {
    let deadline = Instant::now() + STOP;
    while is_alive(number) {
        if Instant::now() > deadline {
            return Err(LocalError::Stop { node: folder.name.clone(), pid: number, seconds: STOP.as_secs() });
        }
        std::thread::sleep(STEP);
    }
    Ok(())
}

/// Whether nobody listens on a port of this machine.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Whether a port is free, now or shortly: a process that was killed holds its port until its last thread has ended.
pub fn becomes_free(port: u16) -> bool {
    let deadline = Instant::now() + RELEASE;
    while !is_free(port) {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(STEP);
    }
    true
}

/// A free port from the system; its bus port is free, too.
pub fn free_port(taken: &[u16]) -> Result<u16, LocalError> {
    // Listeners are kept until the end, so that the system offers a new number each time.
    let mut kept = Vec::new();
    for _ in 0..200 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .map_err(|error| LocalError::NoPort(error.to_string()))?;
        let port = listener.local_addr().map_err(|error| LocalError::NoPort(error.to_string()))?.port();
        kept.push(listener);
        if port <= HIGHEST && is_free(port + 10_000) && !taken.contains(&port) {
            return Ok(port);
        }
    }
    Err(LocalError::NoPort("200 ports from the system had no free bus port 10,000 above".into()))
}

/// The last lines of a log, for an error.
pub fn last_words(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return "it ended without a word".into();
    }
    lines[lines.len().saturating_sub(3)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_configuration_makes_a_process_ours() {
        let conf = Path::new("/home/me/data/shop/shop-1/server.conf");
        assert!(names("/usr/bin/redis-server /home/me/data/shop/shop-1/server.conf\n", conf));
        for other in [
            "/usr/bin/redis-server *:6379",
            "/usr/bin/redis-server /etc/redis/redis.conf",
            "/usr/bin/redis-server /home/me/data/shop/shop-1/server.conf.old",
            "/usr/bin/redis-server /backup/home/me/data/shop/shop-1/server.conf",
        ] {
            assert!(!names(other, conf), "{other}");
        }
    }
}
