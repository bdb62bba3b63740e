//! Certificates: an authority a deployment, a server certificate a node, renewed before they expire.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::{Span, Timestamp, Zoned, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::certificate::X509Certificate;

use super::error::LocalError;
use super::files;
use super::layout::{Layout, NodeFolder};
use crate::units::DAY;

/// Clients are configured with the authority once, so it lasts.
const CA_DAYS: i64 = 3650;
/// Longest life that common clients accept of a server certificate.
const SERVER_DAYS: i64 = 397;
/// Renewed by the first `apply` within this time before the end.
pub const RENEW_DAYS: i64 = 30;
/// The name that clients check, beside the loopback addresses.
pub const SERVER_NAME: &str = "localhost";

/// How it stands with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It is good for more than [`RENEW_DAYS`].
    Valid,
    /// It must be made anew, and why.
    Renew(String),
}

impl Validity {
    /// As an attribute shows it.
    pub fn text(&self) -> &str {
        match self {
            Self::Valid => "valid",
            Self::Renew(why) => why,
        }
    }
}

/// How it stands with the authority.
pub fn authority(layout: &Layout, now: Timestamp) -> Result<Validity, LocalError> {
    let (key, certificate) = (files::read(&layout.ca_key())?, files::read(&layout.ca_cert())?);
    let issuer = certificate.clone();
    Ok(validity(key, certificate, issuer, now))
}

/// How it stands with a node's certificate.
pub fn server(layout: &Layout, node: &NodeFolder, now: Timestamp) -> Result<Validity, LocalError> {
    Ok(validity(files::read(&node.key())?, files::read(&node.cert())?, files::read(&layout.ca_cert())?, now))
}

fn validity(key: Option<String>, pem: Option<String>, issuer: Option<String>, now: Timestamp) -> Validity {
    let (Some(key), Some(pem)) = (key, pem) else { return Validity::Renew("missing".into()) };
    let Ok(der) = CertificateDer::from_pem_slice(pem.as_bytes()) else {
        return Validity::Renew("damaged".into());
    };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(&der) else {
        return Validity::Renew("damaged".into());
    };
    if let Some(issuer) = issuer.and_then(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).ok())
        && let Ok((_, issuer)) = x509_parser::parse_x509_certificate(&issuer)
        && (certificate.issuer() != issuer.subject() || !is_signed(&certificate, &issuer))
    {
        return Validity::Renew("signed by another authority".into());
    }
    // Two runs at once may each have written one of the two.
    let own = KeyPair::from_pem(&key).is_ok_and(|key| key.public_key_raw() == public_key(&certificate));
    if !own {
        return Validity::Renew("its key is another one's".into());
    }
    let seconds = certificate.validity().not_after.timestamp();
    let end = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    let day = end.to_zoned(TimeZone::UTC).date();
    if end <= now {
        Validity::Renew(format!("expired on {day}"))
    } else if end.as_second() - now.as_second() < RENEW_DAYS * DAY {
        Validity::Renew(format!("expires on {day}"))
    } else {
        Validity::Valid
    }
}

/// The bits of a certificate's public key.
fn public_key<'a>(certificate: &'a X509Certificate<'_>) -> &'a [u8] {
    &certificate.tbs_certificate.subject_pki.subject_public_key.data
}

/// Whether the key of an authority has signed a certificate: their names may be the same by chance.
fn is_signed(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    let algorithms = rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms;
    let (signed, signature) = (certificate.tbs_certificate.as_ref(), &certificate.signature_value.data);
    algorithms.all.iter().any(|a| a.verify_signature(public_key(issuer), signed, signature).is_ok())
}

/// Makes the authority unless it is good; whether it was made.
pub fn ensure_authority(layout: &Layout, now: Timestamp) -> Result<bool, LocalError> {
    if authority(layout, now)? == Validity::Valid {
        return Ok(false);
    }
    let name = layout.name();
    let failed = |source| LocalError::Certificate { name: format!("the authority of {name}"), source };
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::default();
    // The day in the name keeps an old authority and its successor apart.
    params.distinguished_name.push(DnType::CommonName, format!("cachefit {name} {}", now.as_second()));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    lasting(&mut params, now, CA_DAYS);
    let certificate = params.self_signed(&key).map_err(failed)?;
    files::make_dir(&layout.root().join("tls"))?;
    // The certificate comes last: with a key alone the authority counts as missing.
    files::remove(&layout.ca_cert())?;
    files::write(&layout.ca_key(), key.serialize_pem().as_bytes())?;
    files::write(&layout.ca_cert(), certificate.pem().as_bytes())?;
    Ok(true)
}

/// Makes a node's certificate unless it is good; whether it was made.
pub fn ensure_server(layout: &Layout, node: &NodeFolder, now: Timestamp) -> Result<bool, LocalError> {
    if server(layout, node, now)? == Validity::Valid {
        return Ok(false);
    }
    issue_server(layout, node, now, SERVER_DAYS)?;
    Ok(true)
}

/// Makes a node's certificate for a number of days.
pub fn issue_server(layout: &Layout, node: &NodeFolder, now: Timestamp, days: i64) -> Result<(), LocalError> {
    let failed = |source| LocalError::Certificate { name: node.name.clone(), source };
    let missing = |path| LocalError::Corrupt { path, why: "the authority is missing".into() };
    let ca_key = files::read(&layout.ca_key())?.ok_or_else(|| missing(layout.ca_key()))?;
    let ca_cert = files::read(&layout.ca_cert())?.ok_or_else(|| missing(layout.ca_cert()))?;
    let ca_key = KeyPair::from_pem(&ca_key).map_err(failed)?;
    let issuer = Issuer::from_ca_cert_pem(&ca_cert, ca_key).map_err(failed)?;

    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()]).map_err(failed)?;
    for address in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        params.subject_alt_names.push(SanType::IpAddress(address));
    }
    params.distinguished_name.push(DnType::CommonName, node.name.as_str());
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    // Nodes are each other's clients on the cluster bus and as replicas.
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    lasting(&mut params, now, days);
    let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
    if let Some(previous) = files::read(&node.cert())? {
        files::write(&node.previous_cert(), previous.as_bytes())?;
    }
    files::remove(&node.cert())?;
    files::write(&node.key(), key.serialize_pem().as_bytes())?;
    files::write(&node.cert(), certificate.pem().as_bytes())
}

/// From yesterday, for clocks that are late, until `days` from now.
fn lasting(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let date = |at: Zoned| date_time_ymd(i32::from(at.year()), at.month() as u8, at.day() as u8);
    let now = now.to_zoned(TimeZone::UTC);
    let shifted = |days: i64| now.checked_add(Span::new().days(days)).unwrap_or_else(|_| now.clone());
    params.not_before = date(shifted(days.min(0) - 1));
    params.not_after = date(shifted(days));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_renewed_before_they_expire() {
        let data = tempfile::tempdir().unwrap();
        let layout = Layout::new(data.path(), "shop");
        layout.claim().unwrap();
        let node = layout.node("shop-1");
        node.make().unwrap();
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let later = |days: i64| now + Span::new().hours(24 * days);
        assert!(ensure_authority(&layout, now).unwrap());
        assert!(!ensure_authority(&layout, now).unwrap());
        assert!(ensure_server(&layout, &node, now).unwrap());
        assert_eq!(server(&layout, &node, later(300)).unwrap(), Validity::Valid);
        assert!(matches!(server(&layout, &node, later(380)).unwrap(), Validity::Renew(_)));
        assert_eq!(server(&layout, &node, later(400)).unwrap().text(), "expired on 2027-12-24");
        assert!(ensure_server(&layout, &node, later(380)).unwrap());
        assert_eq!(server(&layout, &node, later(400)).unwrap(), Validity::Valid);
        // Names and time of two authorities may be the same: the signature tells them apart.
        let read = |path: &std::path::Path| std::fs::read(path).unwrap();
        let (key, certificate) = (read(&layout.ca_key()), read(&layout.ca_cert()));
        for path in [layout.ca_key(), layout.ca_cert()] {
            std::fs::remove_file(path).unwrap();
        }
        assert!(ensure_authority(&layout, now).unwrap());
        assert_eq!(server(&layout, &node, now).unwrap().text(), "signed by another authority");
        // Half of one and half of the other is neither.
        std::fs::write(layout.ca_cert(), &certificate).unwrap();
        assert_eq!(authority(&layout, now).unwrap().text(), "its key is another one's");
        std::fs::write(layout.ca_key(), &key).unwrap();
        assert_eq!(authority(&layout, now).unwrap(), Validity::Valid);
        assert_eq!(server(&layout, &node, later(300)).unwrap(), Validity::Valid);
        let other = layout.node("shop-2");
        other.make().unwrap();
        assert!(ensure_server(&layout, &other, now).unwrap());
        std::fs::copy(other.key(), node.key()).unwrap();
        assert_eq!(server(&layout, &node, now).unwrap().text(), "its key is another one's");
        assert!(ensure_server(&layout, &node, later(380)).unwrap());
        // A new authority makes the old server certificates useless.
        assert!(ensure_authority(&layout, later(3649)).unwrap());
        assert_eq!(server(&layout, &node, later(400)).unwrap().text(), "signed by another authority");
    }
}
