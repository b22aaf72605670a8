//! What a device says it has. (RFC 6690)

use coap_lite::link_format::{
    LINK_ATTR_CONTENT_FORMAT, LINK_ATTR_INTERFACE_DESCRIPTION, LINK_ATTR_MAXIMUM_SIZE_ESTIMATE,
    LINK_ATTR_OBSERVABLE, LINK_ATTR_RESOURCE_TYPE, LINK_ATTR_TITLE, LinkFormatParser,
};
use serde::Serialize;

/// How many links are read of one device.
const LINKS: usize = 4_096;

/// Longest text of a link's attribute, bytes.
const TEXT: usize = 1_024;

/// A resource that a device offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Path with its query, as it goes into [`super::CoapResource::path`]; or a whole address on another device.
    pub path: String,
    /// Whether the device says that it tells of changes by itself.
    pub observable: bool,
    /// What it is, such as `temperature-c`. (attribute `rt`)
    pub resource_type: Option<String>,
    /// What can be done with it, such as `sensor`. (attribute `if`)
    pub interface: Option<String>,
    /// Number of its content format, if there is one; see [`super::media_type`]. (attribute `ct`)
    pub content_format: Option<u16>,
    /// About how many bytes it has. (attribute `sz`)
    pub size: Option<u32>,
    /// Its name for people.
    pub title: Option<String>,
}

/// What was found, with what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Links {
    /// In the device's order, at most 4,096.
    pub links: Vec<Link>,
    /// How many were not read: too many, too long, or broken.
    pub left_out: usize,
}

/// Reads the link format. What is broken is left out and counted; what comes behind broken punctuation cannot be read.
pub(super) fn read(text: &str) -> Links {
    let mut found = Links::default();
    for link in LinkFormatParser::new(text) {
        let Ok((path, attributes)) = link else {
            found.left_out += 1;
            continue;
        };
        if found.links.len() >= LINKS || path.is_empty() || path.len() > TEXT {
            found.left_out += 1;
            continue;
        }
        let mut link = Link {
            path: path.into(),
            ..Link::default()
        };
        for (name, value) in attributes {
            let text = value.to_string();
            if text.len() > TEXT {
                continue;
            }
            match name {
                LINK_ATTR_OBSERVABLE => link.observable = true,
                LINK_ATTR_RESOURCE_TYPE => link.resource_type = Some(text),
                LINK_ATTR_INTERFACE_DESCRIPTION => link.interface = Some(text),
                // There may be several; the first is the one that is sent unasked. (RFC 7252, 7.2.1)
                LINK_ATTR_CONTENT_FORMAT => {
                    let first = text.split(' ').next().unwrap_or_default();
                    link.content_format = first.parse().ok();
                }
                LINK_ATTR_MAXIMUM_SIZE_ESTIMATE => link.size = text.parse().ok(),
                LINK_ATTR_TITLE => link.title = Some(text),
                _ => {}
            }
        }
        found.links.push(link);
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn links_are_read_with_their_attributes() {
        let text = "</sensors/temp>;rt=\"temperature-c\";if=\"sensor\";obs;ct=\"110 112\";sz=64,\
                    </odd;name,x>;title=\"a, \\\"b\\\"; c\";obs,<coap://other/x>";
        let found = read(text);
        assert_eq!(found.left_out, 0);
        let [first, second, third] = &found.links[..] else {
            panic!("{found:?}");
        };
        assert_eq!(
            *first,
            Link {
                path: "/sensors/temp".into(),
                observable: true,
                resource_type: Some("temperature-c".into()),
                interface: Some("sensor".into()),
                content_format: Some(110),
                size: Some(64),
                title: None,
            }
        );
        assert_eq!(second.path, "/odd;name,x");
        assert_eq!(second.title.as_deref(), Some("a, \"b\"; c"));
        assert!(second.observable);
        assert_eq!(third.path, "coap://other/x");
    }

    #[test]
    fn broken_and_endless_lists_are_bounded_and_counted() {
        assert_eq!(read("nonsense").left_out, 1);
        assert_eq!(read("</a>,nonsense").links.len(), 1);
        let many = "</a>,".repeat(LINKS + 5);
        let found = read(&many);
        assert_eq!((found.links.len(), found.left_out), (LINKS, 5));
        let long = format!("<{}>,</b>", "x".repeat(TEXT + 1));
        assert_eq!((read(&long).links.len(), read(&long).left_out), (1, 1));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[<>;,=\"\\\\a-cü ]{0,80}") {
            prop_assert!(read(&text).links.len() <= text.len());
        }

        #[test]
        fn what_is_written_is_read(paths in prop::collection::vec("/[a-z/%0-9?=&]{0,20}", 0..20)) {
            let text: Vec<_> = paths.iter().map(|path| format!("<{path}>;obs")).collect();
            let found: Vec<_> = read(&text.join(",")).links.into_iter().map(|link| link.path).collect();
            prop_assert_eq!(found, paths);
        }
    }
}
