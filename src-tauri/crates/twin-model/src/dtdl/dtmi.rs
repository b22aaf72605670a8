//! Digital twin model identifiers.

/// Whether it follows the grammar of DTDL v3 and v4: segments of letters, digits and underscores after `dtmi:`, and a
/// version that may be left out.
pub(super) fn is_dtmi(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("dtmi:") else {
        return false;
    };
    let (path, version) = match rest.split_once(';') {
        Some((path, version)) => (path, Some(version)),
        None => (rest, None),
    };
    path.split(':').all(is_name) && version.is_none_or(is_version)
}

/// Whether it follows the grammar of DTDL v2: the version is there and is one number.
pub(super) fn is_dtmi_v2(text: &str) -> bool {
    let (_, version) = split(text);
    is_dtmi(text) && version.is_some_and(|version| !version.contains('.'))
}

/// What stands before and after the semicolon.
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once(';') {
        Some((base, version)) => (base, Some(version)),
        None => (text, None),
    }
}

/// Whether it may be the name of an element: begins with a letter, goes on with letters, digits and underscores, and
/// does not end with an underscore.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !text.ends_with('_')
}

fn is_version(text: &str) -> bool {
    let (major, minor) = match text.split_once('.') {
        Some((major, minor)) => (major, Some(minor)),
        None => (text, None),
    };
    is_number(major, 9) && minor.is_none_or(|minor| is_number(minor, 6))
}

fn is_number(text: &str, digits: usize) -> bool {
    (1..=digits).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammar() {
        for good in [
            "dtmi:a;1",
            "dtmi:a:b_c:d9;999999999",
            "dtmi:a",
            "dtmi:a;3.141592",
        ] {
            assert!(is_dtmi(good), "{good}");
        }
        for bad in [
            "",
            "dtmi:",
            "dtmi:;1",
            "dtmi:a;",
            "dtmi:a;0",
            "dtmi:a;01",
            "dtmi:a;1234567890",
            "dtmi:a;1.0",
            "dtmi:a;1.1234567",
            "dtmi:_a;1",
            "dtmi:a_;1",
            "dtmi:1a;1",
            "dtmi:a::b;1",
            "dtmi:a.b;1",
            "urn:a;1",
            "DTMI:a;1",
            "dtmi:a;1;2",
            "dtmi:a;1 ",
            "dtmi:\u{e4};1",
        ] {
            assert!(!is_dtmi(bad), "{bad}");
        }
        assert!(is_dtmi_v2("dtmi:a;1") && !is_dtmi_v2("dtmi:a") && !is_dtmi_v2("dtmi:a;1.1"));
    }
}
