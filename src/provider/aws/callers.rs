//! Who may reach the cache beside the functions: what a rule of a security group can name, in the spelling of EC2.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is wrong with an entry of `security.allow_from`; none if a rule can name it.
pub fn refused(caller: &str) -> Option<String> {
    let (account, name) = match caller.split_once('/') {
        Some((account, group)) if group.starts_with("sg-") => (Some(account), group),
        _ => (None, caller),
    };
    if account.is_some_and(|account| account.len() != 12 || !account.chars().all(|c| c.is_ascii_digit())) {
        return Some(format!("`{caller}`: an account has 12 digits"));
    }
    if let Some(id) = name.strip_prefix("sg-").or_else(|| name.strip_prefix("pl-")) {
        let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        return (!is_id).then(|| format!("`{caller}` is no id of a security group or a prefix list"));
    }
    let Some((address, bits)) = range(name) else {
        return Some(format!(
            "`{caller}` is no security group (sg-…, or ACCOUNT/sg-…), no prefix list (pl-…) and no range of addresses such as 10.1.0.0/16"
        ));
    };
    // EC2 writes a range by its first address, and would never show what was asked for.
    let plain = format!("{}/{bits}", first(address, bits));
    (plain != name).then(|| format!("`{caller}`: EC2 writes this range as {plain}"))
}

fn range(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let bits: u32 = bits.parse().ok()?;
    (bits <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, bits))
}

/// The first address of a range.
fn first(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_groups_lists_and_ranges() {
        for caller in [
            "sg-0123456789abcdef0",
            "111122223333/sg-0123456789abcdef0",
            "pl-12345678",
            "10.1.0.0/16",
            "0.0.0.0/0",
            "10.1.2.3/32",
            "2001:db8::/32",
            "::/0",
        ] {
            assert_eq!(refused(caller), None, "{caller}");
        }
        for (caller, word) in [
            ("1111/sg-0123", "12 digits"),
            ("sg-", "no id"),
            ("bastion", "no security group"),
            ("10.1.2.3", "no security group"),
            ("10.1.2.3/33", "no security group"),
            ("10.1.2.3/16", "10.1.0.0/16"),
            ("2001:DB8::1/32", "2001:db8::/32"),
        ] {
            assert!(refused(caller).is_some_and(|why| why.contains(word)), "{caller}: {:?}", refused(caller));
        }
    }
}
