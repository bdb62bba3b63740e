//! Keys and string values.

use super::key::{Encoding, Key, KeyBytes};
use super::sds::{sds, sds8};
use super::{Build, Server};

const OBJECT: &str = "object and key name";
const VALUE: &str = "value";

/// Room for the expiry time inside an object that holds its key.
fn expiry_word(key: &Key) -> u64 {
    if key.ttl { 8 } else { 0 }
}

impl Server {
    /// The object of a key, with its name, where the value is not part of it.
    pub(super) fn key_object(&self, key: &Key) -> f64 {
        let name = key.key_len;
        match self.build {
            Build::Redis70 | Build::Redis72 | Build::Redis80 => self.a(24) + self.a(sds(name)) + self.a(16),
            Build::Valkey80 => self.a(17 + sds8(name)) + self.a(16),
            Build::Redis82 | Build::Redis86 | Build::Valkey81 | Build::Valkey91 => {
                // Long names get room for an expiry time at once.
                let expiry = if name >= 128 { 8 } else { expiry_word(key) };
                self.a(expiry + 17 + sds(name))
            }
        }
    }

    /// A key with a string value. Integers below 10,000 cost the same: they are shared only while no LRU or LFU
    /// policy is set.
    pub(super) fn string(&self, key: &Key, len: u64, integer: bool) -> KeyBytes {
        let integer = integer && len <= 20;
        if !integer && let Some(object) = self.object_with_value(key, len) {
            return KeyBytes::new(Encoding::Embstr).with("object with key name and value", object);
        }
        if self.build.embeds_key() {
            let parts = KeyBytes::new(if integer { Encoding::Int } else { Encoding::Raw })
                .with(OBJECT, self.key_object(key));
            return if integer { parts } else { parts.with(VALUE, self.a(sds(len))) };
        }
        // The value's object holds integers and short values, and points to long ones.
        let name = self.key_object(key) - self.a(16);
        let (encoding, value) = if integer {
            (Encoding::Int, self.a(16))
        } else if len <= 44 {
            (Encoding::Embstr, self.a(20 + len))
        } else {
            (Encoding::Raw, self.a(16) + self.a(sds(len)))
        };
        KeyBytes::new(encoding).with(OBJECT, name).with(VALUE, value)
    }

    /// Bytes of an object that holds name and value, where the build makes one of them.
    fn object_with_value(&self, key: &Key, len: u64) -> Option<f64> {
        let name = key.key_len;
        let expiry = expiry_word(key);
        match self.build {
            Build::Valkey81 => (23 + name + len + expiry <= 64).then(|| 17 + sds(name) + len + 4 + expiry),
            Build::Valkey91 => (len < 256 && 9 + sds(name) + expiry + len + 4 <= 128)
                .then(|| 9 + sds(name) + expiry + (len + 4).max(8)),
            // The expiry time is outside the test.
            Build::Redis82 | Build::Redis86 => {
                (len <= 44 && 23 + name + len <= 64).then(|| expiry + 17 + sds(name) + len + 4)
            }
            Build::Redis70 | Build::Redis72 | Build::Redis80 | Build::Valkey80 => None,
        }
        .map(|size| self.a(size))
    }
}
