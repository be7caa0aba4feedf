//! The certificate authority that runs trust and nobody else does: made anew in every process, kept nowhere.

use crate::{Error, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use std::sync::OnceLock;

fn authority() -> &'static CertifiedIssuer<'static, KeyPair> {
    static AUTHORITY: OnceLock<CertifiedIssuer<'static, KeyPair>> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "Étude: trusted in this run only");
        let key = KeyPair::generate().expect("there is randomness");
        CertifiedIssuer::self_signed(params, key).expect("the parameters are our own")
    })
}

/// What runs trust, as PEM.
pub(crate) fn certificate() -> String {
    authority().pem()
}

/// A certificate for these hosts with its key, as PEM.
pub(crate) fn issue(hosts: &[&str]) -> Result<String> {
    let made = || {
        let mut params = CertificateParams::new(hosts.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        params.distinguished_name.push(DnType::CommonName, "Étude's stand-in");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let signed = params.signed_by(&key, authority())?;
        Ok(format!("{}{}", signed.pem(), key.serialize_pem()))
    };
    made().map_err(|error: rcgen::Error| Error::StandIns { reason: error.to_string() })
}
