//! Documents of an asset: files beside the plant file, and pages on the web. Named here, opened by the person's own programs.

/// Most documents of one asset.
pub const PAPERS_MAX: usize = 100;
/// Longest title, characters.
pub(crate) const TITLE_CHARS: usize = 200;
/// Longest path and longest address, bytes.
const PLACE_BYTES: usize = 2_048;

/// Ends of the names of files that systems run, or that say what is to be run. A document ends otherwise.
const RUN: &[&str] = &[
    "app",
    "appimage",
    "appref-ms",
    "apk",
    "bash",
    "bat",
    "bin",
    "chm",
    "cmd",
    "com",
    "command",
    "cpl",
    "csh",
    "deb",
    "desktop",
    "dll",
    "dmg",
    "exe",
    "fish",
    "flatpak",
    "flatpakref",
    "gadget",
    "hta",
    "htm",
    "html",
    "inf",
    "ins",
    "iso",
    "jar",
    "jnlp",
    "js",
    "jse",
    "ksh",
    "lnk",
    "mjs",
    "msc",
    "msi",
    "msp",
    "mst",
    "out",
    "pif",
    "pkg",
    "pl",
    "ps1",
    "psm1",
    "py",
    "pyc",
    "pyw",
    "rb",
    "reg",
    "rpm",
    "run",
    "scf",
    "scr",
    "sct",
    "service",
    "sh",
    "shb",
    "shs",
    "snap",
    "so",
    "svg",
    "svgz",
    "url",
    "vb",
    "vbe",
    "vbs",
    "webloc",
    "workflow",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xhtml",
    "zsh",
];

/// A document of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// What it is called; each of an asset has its own.
    pub title: String,
    /// Where it is.
    pub place: PaperPlace,
}

/// Where a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperPlace {
    /// A file below the folder of the plant file: its path from there, with `/` between the names.
    File(String),
    /// A page on the web: an `https` address.
    Address(String),
}

/// Why a path may not name a document; none when it may. Links on the disk are the opener's business.
pub fn wrong_file(path: &str) -> Option<String> {
    let is_plain = |name: &str| !name.is_empty() && name != "." && name != "..";
    if path.len() > PLACE_BYTES {
        return Some(format!("is longer than {PLACE_BYTES} bytes"));
    }
    if path.chars().any(char::is_control) {
        return Some("holds a control character".to_owned());
    }
    if path.contains(['\\', ':']) || !path.split('/').all(is_plain) {
        return Some(
            "must lead from the folder of this file to one in it, with `/` between the names and without `..`"
                .to_owned(),
        );
    }
    runs(path).map(|end| {
        format!(
            "ends in .{end}: such a file is run, or runs something, instead of being read. Name a document, such as a PDF"
        )
    })
}

/// The end of a name by which a file is run, in small letters; `(none)` of one without an end. None for documents.
pub fn runs(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let end = match name.rsplit_once('.') {
        Some((front, end)) if !front.is_empty() && !end.is_empty() => end.to_ascii_lowercase(),
        _ => return Some("(none)".to_owned()),
    };
    RUN.contains(&end.as_str()).then_some(end)
}

/// Why an address may not be opened in a browser; none when it may. What a person is shown is what is opened: no names
/// before the host, and nothing that looks like something else.
pub fn wrong_address(address: &str) -> Option<&'static str> {
    let Some(rest) = address.strip_prefix("https://") else {
        return Some("must begin with https://");
    };
    if address.len() > PLACE_BYTES {
        return Some("is longer than 2048 bytes");
    }
    if !address.bytes().all(|byte| byte.is_ascii_graphic())
        || address.contains(['"', '<', '>', '\\', '`', '\''])
    {
        return Some(
            "may hold letters without accents, digits and the signs of an address only; write others as %xx, \
             and the host in its xn-- form",
        );
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest.get(..end).unwrap_or_default();
    if host.is_empty() {
        return Some("has no host");
    }
    host.contains('@')
        .then_some("holds a name before the host, which can hide where it leads")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_below_the_plant_file_and_are_read() {
        for path in [
            "manual.pdf",
            "pumps/p-101/manual v2.PDF",
            "a/b.c/d.txt",
            "Übersicht.odt",
        ] {
            assert_eq!(wrong_file(path), None, "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../x.pdf",
            "a/../x.pdf",
            "a//x.pdf",
            "./x.pdf",
            "C:/x.pdf",
            "a\\x.pdf",
            "a\n.pdf",
            "a/",
            "x.sh",
            "x.Desktop",
            "README",
            ".pdf",
            "x.pdf.exe",
            "x.",
            "x.html",
            "file:x.pdf",
        ] {
            assert!(wrong_file(path).is_some(), "{path}");
        }
        assert!(wrong_file(&format!("{}.pdf", "a".repeat(3_000))).is_some());
    }

    #[test]
    fn addresses_show_where_they_lead() {
        for address in [
            "https://example.org",
            "https://example.org:8443/a?b=c#d",
            "https://xn--bcher-kva.example/%C3%A4",
        ] {
            assert_eq!(wrong_address(address), None, "{address}");
        }
        for address in [
            "",
            "http://example.org",
            "https://",
            "https:///x",
            "https://user@example.org",
            "https://example.org@evil.example/",
            "https://exämple.org",
            "https://a b",
            "javascript:alert(1)",
            "https://a/\"x",
            "HTTPS://example.org",
        ] {
            assert!(wrong_address(address).is_some(), "{address}");
        }
    }
}
