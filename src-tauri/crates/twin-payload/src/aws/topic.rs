//! Topics of shadows.

const ROOT: &str = "$aws/things/";

/// A topic of a shadow: `$aws/things/<thing>/shadow[/name/<shadow>]/<action>[/<outcome>]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Topic<'t> {
    pub(super) thing: &'t str,
    /// The topic without what is done: all messages of a shadow speak of the same values.
    pub(super) shadow: &'t str,
    pub(super) message: Kind,
}

/// What a message on it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Changed state, or all of it.
    State,
    /// What is wanted and not yet reported.
    Delta,
    /// The state before and after a change.
    Documents,
    /// The shadow was deleted.
    Deleted,
    /// A request was refused.
    Refused,
    /// Requests themselves, and what is not of this version.
    Other,
}

impl<'t> Topic<'t> {
    /// None when it is no topic of a shadow.
    pub(super) fn parse(topic: &'t str) -> Option<Topic<'t>> {
        let rest = topic.strip_prefix(ROOT)?;
        let (thing, rest) = rest.split_once('/')?;
        let rest = rest.strip_prefix("shadow/")?;
        let action = match rest.strip_prefix("name/") {
            Some(named) => named.split_once('/')?.1,
            None => rest,
        };
        let message = match action {
            "update/accepted" | "get/accepted" => Kind::State,
            "update/delta" => Kind::Delta,
            "update/documents" => Kind::Documents,
            "delete/accepted" => Kind::Deleted,
            "update/rejected" | "get/rejected" | "delete/rejected" => Kind::Refused,
            _ => Kind::Other,
        };
        let shadow = topic.strip_suffix(action)?.strip_suffix('/')?;
        Some(Topic {
            thing,
            shadow,
            message,
        })
    }
}

/// Writes the name of a source. Things and clients share their names: a client is to connect by the name of its thing.
pub(super) fn name_source(name: &str, out: &mut String) {
    out.clear();
    out.push_str("aws/");
    out.push_str(name);
}

/// Topic on which an empty message asks for a shadow, the classic one unless it is named: the answer comes on
/// `…/get/accepted`, which is to be subscribed to before. Asking reads, but it is a publish: only a person may want it.
///
/// None when a name is not one that AWS IoT knows: letters, digits, `:`, `_`, `-`, of a shadow `$` too, at most 128 of a
/// thing and 64 of a shadow (API reference, `GetThingShadow`).
pub fn shadow_get(thing: &str, shadow: Option<&str>) -> Option<String> {
    let is_name = |name: &str, longest: usize, signs: &[u8]| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || signs.contains(&byte);
        (1..=longest).contains(&name.len()) && name.bytes().all(known)
    };
    if !is_name(thing, 128, b":_-") || !shadow.is_none_or(|shadow| is_name(shadow, 64, b":_-$")) {
        return None;
    }
    Some(match shadow {
        None => format!("{ROOT}{thing}/shadow/get"),
        Some(shadow) => format!("{ROOT}{thing}/shadow/name/{shadow}/get"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        for (topic, shadow, message) in [
            ("t/shadow/update/accepted", "t/shadow", Kind::State),
            ("t/shadow/get/accepted", "t/shadow", Kind::State),
            ("t/shadow/update/delta", "t/shadow", Kind::Delta),
            ("t/shadow/update/documents", "t/shadow", Kind::Documents),
            ("t/shadow/delete/accepted", "t/shadow", Kind::Deleted),
            ("t/shadow/get/rejected", "t/shadow", Kind::Refused),
            ("t/shadow/update", "t/shadow", Kind::Other),
            (
                "t/shadow/name/n/update/accepted",
                "t/shadow/name/n",
                Kind::State,
            ),
            ("t/shadow/name/n/get", "t/shadow/name/n", Kind::Other),
        ] {
            let (topic, shadow) = (format!("{ROOT}{topic}"), format!("{ROOT}{shadow}"));
            let found = Topic {
                thing: "t",
                shadow: &shadow,
                message,
            };
            assert_eq!(Topic::parse(&topic), Some(found), "{topic}");
        }
        for topic in [
            "$aws/things/t/jobs/notify",
            "$aws/things/t/shadow",
            "aws/things/t/shadow/get",
        ] {
            assert_eq!(Topic::parse(topic), None, "{topic}");
        }
    }

    #[test]
    fn a_shadow_is_asked_for_by_its_own_topic_only() {
        let topic = shadow_get("pump-1", None);
        assert_eq!(topic.as_deref(), Some("$aws/things/pump-1/shadow/get"));
        let topic = shadow_get("pump:1", Some("net_2")).unwrap();
        assert_eq!(topic, "$aws/things/pump:1/shadow/name/net_2/get");
        assert_eq!(
            Topic::parse(&topic).map(|topic| topic.message),
            Some(Kind::Other)
        );
        for thing in ["", "+", "#", "a/b", "a b", &"x".repeat(129)] {
            assert_eq!(shadow_get(thing, None), None, "{thing}");
        }
        for shadow in ["", "+", &"x".repeat(65)] {
            assert_eq!(shadow_get("t", Some(shadow)), None, "{shadow}");
        }
    }
}
