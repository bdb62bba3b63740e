//! Connections to our own servers: TLS only, checked against the deployment's authority.

use std::io::{ErrorKind, Read as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use redis::{
    Client, Connection, ConnectionAddr, ErrorKind as RedisErrorKind, IntoConnectionInfo as _,
    RedisConnectionInfo, RedisError, RedisResult, TlsCertificates,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore};

use super::files;
use super::secrets::Secret;

/// The address of all our servers.
pub const HOST: &str = "127.0.0.1";
/// Time for a connection, with its TLS handshake.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for an answer; moving a large key may take a while.
const ANSWER: Duration = Duration::from_secs(30);

/// The type of a record that says why a TLS connection ends (RFC 8446, section 5.1).
const TLS_ALERT: u8 = 21;

/// rustls wants one provider of cryptography for the process, chosen before the first connection.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that somebody was faster with the same choice.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// Signs in over TLS. The server must prove its name with a certificate of the authority in `ca`.
pub fn connect(port: u16, ca: &Path, user: &str, password: &Secret) -> RedisResult<Connection> {
    open(port, ca, user, password, false)
}

/// Signs in to a server whose certificate has expired, so that it can be given a new one. The certificate that it
/// shows must be, byte for byte, one in its folder.
pub fn connect_pinned(
    port: u16,
    ca: &Path,
    ours: &[PathBuf],
    user: &str,
    password: &Secret,
) -> RedisResult<Connection> {
    let failed = |text: &'static str| RedisError::from((RedisErrorKind::Io, text));
    let shown = shown_certificate(port).map_err(|_| failed("no TLS on the port"))?;
    if !ours.iter().any(|path| read_cert(path).is_ok_and(|cert| cert == shown)) {
        return Err(failed("another certificate than the one in its folder"));
    }
    open(port, ca, user, password, true)
}

/// Connects without signing in.
pub fn connect_nobody(port: u16, ca: &Path) -> RedisResult<Connection> {
    build(port, ca, RedisConnectionInfo::default().set_skip_set_lib_name(), false)
}

fn open(port: u16, ca: &Path, user: &str, password: &Secret, pinned: bool) -> RedisResult<Connection> {
    let settings = RedisConnectionInfo::default()
        .set_username(user)
        .set_password(password.reveal())
        .set_skip_set_lib_name();
    build(port, ca, settings, pinned)
}

fn build(port: u16, ca: &Path, settings: RedisConnectionInfo, pinned: bool) -> RedisResult<Connection> {
    prepare();
    let root_cert = files::read(ca).ok().flatten().ok_or_else(|| {
        RedisError::from((RedisErrorKind::InvalidClientConfig, "the authority's certificate is missing"))
    })?;
    let addr = ConnectionAddr::TcpTls { host: HOST.into(), port, insecure: pinned, tls_params: None };
    let info = addr.into_connection_info()?.set_redis_settings(settings);
    let certificates = TlsCertificates { client_tls: None, root_cert: Some(root_cert.into_bytes()) };
    let connection = Client::build_with_tls(info, certificates)?.get_connection_with_timeout(CONNECT)?;
    connection.set_read_timeout(Some(ANSWER))?;
    connection.set_write_timeout(Some(ANSWER))?;
    Ok(connection)
}

/// What a TLS handshake with a server shows.
pub struct Handshake {
    /// Version of the protocol.
    pub version: ProtocolVersion,
}

/// Shakes hands as a client that trusts the authority in `ca` and asks for `name`.
pub fn handshake(port: u16, ca: &Path, name: &str) -> Result<Handshake, String> {
    let authority = read_cert(ca)?;
    let mut roots = RootCertStore::empty();
    roots.add(authority).map_err(|error| error.to_string())?;
    prepare();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connection = shake(port, config, name)?;
    let version = connection.protocol_version().ok_or("no protocol version was agreed on")?;
    Ok(Handshake { version })
}

/// Whether a server shows the certificate in a file.
pub fn shows(port: u16, cert: &Path) -> bool {
    matches!((shown_certificate(port), read_cert(cert)), (Ok(shown), Ok(file)) if shown == file)
}

/// The certificate that a server shows, whether it is good or not. Nothing is sent over this connection.
fn shown_certificate(port: u16) -> Result<CertificateDer<'static>, String> {
    prepare();
    let seen = Arc::new(pin::Recorder::new());
    let config = ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&seen) as _)
        .with_no_client_auth();
    shake(port, config, HOST)?;
    seen.certificate().ok_or_else(|| "no certificate was shown".to_owned())
}

fn shake(port: u16, config: ClientConfig, name: &str) -> Result<ClientConnection, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let name = ServerName::try_from(name.to_owned()).map_err(|e| text(&e))?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(|e| text(&e))?;
    let mut stream = tcp(port).map_err(|e| text(&e))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).map_err(|e| text(&e))?;
    }
    Ok(connection)
}

fn read_cert(path: &Path) -> Result<CertificateDer<'static>, String> {
    let text = files::read(path).map_err(|error| error.to_string())?;
    let text = text.ok_or_else(|| format!("{} is missing", path.display()))?;
    CertificateDer::from_pem_slice(text.as_bytes()).map_err(|error| error.to_string())
}

/// How a server turns a client without TLS away: by closing the connection, or by a TLS alert. Anything else is an
/// error: an answer, silence, no server at all.
pub fn refuses_plain(port: u16) -> Result<&'static str, String> {
    use std::io::Write as _;
    let mut stream = tcp(port).map_err(|error| format!("no connection: {error}"))?;
    let mut answer = [0u8; 64];
    let read = stream.write_all(b"PING\r\n").and_then(|()| stream.read(&mut answer));
    match read.map(|length| &answer[..length]) {
        Ok([]) => Ok("closed"),
        Ok([TLS_ALERT, ..]) => Ok("TLS alert"),
        Ok(said) => Err(format!("answered {}", String::from_utf8_lossy(said).trim())),
        Err(error) => match error.kind() {
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => Ok("closed"),
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Err("neither answered nor closed".into()),
            _ => Err(error.to_string()),
        },
    }
}

/// A bare connection to a port of this machine.
fn tcp(port: u16) -> std::io::Result<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TcpStream::connect_timeout(&address, CONNECT)?;
    stream.set_read_timeout(Some(CONNECT))?;
    stream.set_write_timeout(Some(CONNECT))?;
    Ok(stream)
}

/// Looking at a certificate without trusting it.
mod pin {
    use std::sync::{Mutex, PoisonError};

    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{DigitallySignedStruct, Error, SignatureScheme};

    /// Keeps the certificate that was shown.
    #[derive(Debug)]
    pub struct Recorder {
        seen: Mutex<Option<CertificateDer<'static>>>,
        crypto: CryptoProvider,
    }

    impl Recorder {
        pub fn new() -> Self {
            Self { seen: Mutex::new(None), crypto: aws_lc_rs::default_provider() }
        }

        pub fn certificate(&self) -> Option<CertificateDer<'static>> {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    impl ServerCertVerifier for Recorder {
        fn verify_server_cert(
            &self,
            certificate: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            *seen = Some(certificate.clone().into_owned());
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.crypto.signature_verification_algorithms;
            verify_tls12_signature(message, certificate, signed, algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.crypto.signature_verification_algorithms;
            verify_tls13_signature(message, certificate, signed, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.crypto.signature_verification_algorithms.supported_schemes()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;

    use super::*;

    /// How a server looks that sends this and closes the connection.
    fn look(answer: &'static [u8]) -> Result<&'static str, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 6]).unwrap();
            stream.write_all(answer).unwrap();
        });
        let seen = refuses_plain(port);
        server.join().unwrap();
        seen
    }

    #[test]
    fn only_a_refusal_is_a_refusal() {
        assert_eq!(look(b""), Ok("closed"));
        assert_eq!(look(&[TLS_ALERT, 3, 1, 0, 2, 2, 70]), Ok("TLS alert"));
        assert_eq!(look(b"+PONG\r\n"), Err("answered +PONG".into()));
        assert_eq!(look(b"HTTP/1.1 400"), Err("answered HTTP/1.1 400".into()));
        let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        assert!(refuses_plain(nobody).unwrap_err().starts_with("no connection"));
    }
}
