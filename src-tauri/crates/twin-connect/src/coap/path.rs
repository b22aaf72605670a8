//! Paths of resources as people write them, and as options carry them.

use std::net::IpAddr;

use twin_core::{Said, said};

/// Longest path with its query, bytes.
const PATH_MAX: usize = 1_024;

/// Longest segment, argument or host that an option can carry, bytes. (RFC 7252, 5.10)
const OPTION_MAX: usize = 255;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// None if the host is an address: then the destination says it all. (RFC 7252, 6.4)
    pub(super) host: Option<String>,
    pub(super) path: Vec<Vec<u8>>,
    pub(super) query: Vec<Vec<u8>>,
}

impl Target {
    /// Takes a path such as `/sensors/t?unit=C` apart, percent-escapes resolved. (RFC 7252, 6.4)
    ///
    /// # Errors
    /// What is wrong and what to do, in words.
    pub(super) fn parse(host: &str, text: &str) -> Result<Target, Said> {
        if text.len() > PATH_MAX {
            return Err(said!(
                "connect-resource-long",
                "it is longer than 1024 bytes; shorten it"
            ));
        }
        if text.contains('#') {
            return Err(said!(
                "connect-resource-hash",
                "it holds a #, which is never sent; remove it or write %23"
            ));
        }
        if text.chars().any(|char| char.is_control() || char == '+') {
            return Err(said!(
                "connect-resource-marks",
                "it holds a + or a control character; write %2B and the like"
            ));
        }
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        let path = path.strip_prefix('/').unwrap_or(path);
        // "/" alone is the root, which has no segment.
        let path = if path.is_empty() {
            Vec::new()
        } else {
            pieces(path, '/')?
        };
        let query = query.map_or_else(|| Ok(Vec::new()), |query| pieces(query, '&'))?;
        let is_address = host.parse::<IpAddr>().is_ok();
        Ok(Target {
            host: (!is_address && host.len() <= OPTION_MAX).then(|| host.to_lowercase()),
            path,
            query,
        })
    }
}

fn pieces(text: &str, separator: char) -> Result<Vec<Vec<u8>>, Said> {
    text.split(separator)
        .map(|piece| {
            let bytes = unescape(piece)?;
            if bytes == b"." || bytes == b".." {
                return Err(said!(
                    "connect-resource-dots",
                    "it holds . or .. as a segment; write the path in full"
                ));
            }
            if bytes.len() > OPTION_MAX {
                return Err(said!(
                    "connect-resource-segment",
                    "one of its segments is longer than 255 bytes; shorten it"
                ));
            }
            Ok(bytes)
        })
        .collect()
}

fn unescape(piece: &str) -> Result<Vec<u8>, Said> {
    let mut bytes = Vec::with_capacity(piece.len());
    let mut rest = piece.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = tail
            .split_first_chunk::<2>()
            .and_then(|([high, low], tail)| Some(((digit(*high)? << 4) | digit(*low)?, tail)));
        let Some((byte, tail)) = digits else {
            return Err(said!(
                "connect-resource-percent",
                "it holds a % that no two hexadecimal digits follow; write %25"
            ));
        };
        bytes.push(byte);
        rest = tail;
    }
    Ok(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Vec<String>, Vec<String>) {
        let target = Target::parse("::1", text).unwrap();
        assert_eq!(target.host, None);
        let text = |list: Vec<Vec<u8>>| {
            let text = |bytes| String::from_utf8(bytes).unwrap();
            list.into_iter().map(text).collect()
        };
        (text(target.path), text(target.query))
    }

    #[test]
    fn paths_are_taken_apart() {
        let none: [&str; 0] = [];
        let check = |text, path: &[&str], query: &[&str]| {
            let (got_path, got_query) = parts(text);
            assert_eq!(got_path, path, "{text}");
            assert_eq!(got_query, query, "{text}");
        };
        check("/", &none, &none);
        check("", &none, &none);
        check("/a/b", &["a", "b"], &none);
        check("a/b", &["a", "b"], &none);
        check("/a//b/", &["a", "", "b", ""], &none);
        check("/%C3%BC%2f?x=1&y=%26", &["ü/"], &["x=1", "y=&"]);
        check("/?a", &none, &["a"]);
    }

    #[test]
    fn what_cannot_be_asked_for_is_named() {
        let long = format!("/{}", "x".repeat(256));
        let longer = "/x".repeat(600);
        for bad in [
            "/a#b", "/a+b", "/%4", "/%zz", "/a/../b", "/\n", &long, &longer,
        ] {
            assert!(Target::parse("h", bad).is_err(), "{bad}");
        }
        let named = Target::parse("Pump.Example", "/t").unwrap();
        assert_eq!(named.host.as_deref(), Some("pump.example"));
    }
}
