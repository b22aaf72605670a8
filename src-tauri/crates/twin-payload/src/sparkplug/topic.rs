//! Sparkplug topics: `spBv1.0/<group>/<type>/<node>[/<device>]`.

use crate::reject::{Reject, RejectKind};

const NAMESPACE: &str = "spBv1.0/";
/// Where host applications of version 2.x say whether they are there.
const OLD_STATE: &str = "STATE/";

/// What a message in the namespace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageKind {
    NodeBirth,
    NodeDeath,
    DeviceBirth,
    DeviceDeath,
    /// Values of a node or of a device.
    Data,
    /// Somebody's command to a node or device: no signals.
    Command,
}

/// A topic in the namespace, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SparkplugTopic<'t> {
    pub(crate) kind: MessageKind,
    pub(crate) group: &'t str,
    pub(crate) node: &'t str,
    /// Present for the kinds that are about a device.
    pub(crate) device: Option<&'t str>,
}

impl<'t> SparkplugTopic<'t> {
    pub(crate) fn is_in_namespace(topic: &str) -> bool {
        topic.starts_with(NAMESPACE)
    }

    /// Takes a topic apart; none for that of a host application's state.
    pub(crate) fn parse(topic: &'t str) -> Result<Option<Self>, Reject> {
        use MessageKind::{Command, Data, DeviceBirth, DeviceDeath, NodeBirth, NodeDeath};
        let fault = || {
            Reject::new(
                RejectKind::SparkplugTopic,
                "not spBv1.0/<group>/<type>/<node>[/<device>]",
            )
        };
        let Some(rest) = topic.strip_prefix(NAMESPACE) else {
            return if topic.starts_with(OLD_STATE) {
                Ok(None)
            } else {
                Err(fault())
            };
        };
        let mut levels = rest.split('/');
        let (group, kind, node) = (levels.next(), levels.next(), levels.next());
        let (device, more) = (levels.next(), levels.next());
        if group == Some("STATE") && node.is_none() && kind.is_some_and(|host| !host.is_empty()) {
            return Ok(None);
        }
        let kind = match (kind, device.is_some()) {
            (Some("NBIRTH"), false) => NodeBirth,
            (Some("NDEATH"), false) => NodeDeath,
            (Some("NDATA"), false) | (Some("DDATA"), true) => Data,
            (Some("DBIRTH"), true) => DeviceBirth,
            (Some("DDEATH"), true) => DeviceDeath,
            (Some("NCMD"), false) | (Some("DCMD"), true) => Command,
            _ => return Err(fault()),
        };
        let filled =
            |level: Option<&'t str>| level.filter(|level| !level.is_empty()).ok_or_else(fault);
        if more.is_some() || device == Some("") {
            return Err(fault());
        }
        Ok(Some(SparkplugTopic {
            kind,
            group: filled(group)?,
            node: filled(node)?,
            device,
        }))
    }

    pub(crate) const fn is_birth(&self) -> bool {
        matches!(self.kind, MessageKind::NodeBirth | MessageKind::DeviceBirth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_taken_apart() {
        let of = |topic| SparkplugTopic::parse(topic).unwrap();
        let topic = of("spBv1.0/Riverside/DDATA/edge-1/pump-2").unwrap();
        assert_eq!((topic.kind, topic.group), (MessageKind::Data, "Riverside"));
        assert_eq!((topic.node, topic.device), ("edge-1", Some("pump-2")));
        assert!(of("spBv1.0/G/NBIRTH/n").unwrap().is_birth());
        for command in ["spBv1.0/G/NCMD/n", "spBv1.0/G/DCMD/n/d"] {
            assert_eq!(of(command).unwrap().kind, MessageKind::Command, "{command}");
        }
        assert_eq!(of("spBv1.0/STATE/scada"), None);
        assert_eq!(of("STATE/scada"), None);
        for bad in [
            "spBv1.0/",
            "spBv1.0/G",
            "spBv1.0/G/NDATA",
            "spBv1.0/G/NDATA/",
            "spBv1.0//NDATA/n",
            "spBv1.0/G/NDATA/n/d",
            "spBv1.0/G/DDATA/n",
            "spBv1.0/G/DDATA/n/",
            "spBv1.0/G/DDATA/n/d/e",
            "spBv1.0/G/XDATA/n",
        ] {
            assert_eq!(
                SparkplugTopic::parse(bad).unwrap_err().kind,
                RejectKind::SparkplugTopic,
                "{bad}"
            );
        }
    }
}
