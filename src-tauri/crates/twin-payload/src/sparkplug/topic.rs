//! Sparkplug topics: `spBv1.0/<group>/<type>/<node>[/<device>]`.

use crate::reject::{Reject, RejectKind};

const NAMESPACE: &str = "spBv1.0/";

/// What a message in the namespace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageKind {
    NodeBirth,
    NodeDeath,
    NodeData,
    DeviceBirth,
    DeviceDeath,
    DeviceData,
    /// Somebody's command to a node or device, or the state of a host application: no signals.
    Information,
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

    pub(crate) fn parse(topic: &'t str) -> Result<Self, Reject> {
        use MessageKind::{
            DeviceBirth, DeviceData, DeviceDeath, Information, NodeBirth, NodeData, NodeDeath,
        };
        let fault = || {
            Reject::new(
                RejectKind::SparkplugTopic,
                "not spBv1.0/<group>/<type>/<node>[/<device>]",
            )
        };
        let rest = topic.strip_prefix(NAMESPACE).ok_or_else(fault)?;
        let mut levels = rest.split('/');
        let (group, kind, node) = (levels.next(), levels.next(), levels.next());
        let (device, more) = (levels.next(), levels.next());
        if group == Some("STATE") && node.is_none() {
            return Ok(SparkplugTopic {
                kind: Information,
                group: "",
                node: "",
                device: None,
            });
        }
        let kind = match (kind, device.is_some()) {
            (Some("NBIRTH"), false) => NodeBirth,
            (Some("NDEATH"), false) => NodeDeath,
            (Some("NDATA"), false) => NodeData,
            (Some("DBIRTH"), true) => DeviceBirth,
            (Some("DDEATH"), true) => DeviceDeath,
            (Some("DDATA"), true) => DeviceData,
            (Some("NCMD"), false) | (Some("DCMD"), true) => Information,
            _ => return Err(fault()),
        };
        let filled =
            |level: Option<&'t str>| level.filter(|level| !level.is_empty()).ok_or_else(fault);
        if more.is_some() || device == Some("") {
            return Err(fault());
        }
        Ok(SparkplugTopic {
            kind,
            group: filled(group)?,
            node: filled(node)?,
            device,
        })
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
        let topic = SparkplugTopic::parse("spBv1.0/Riverside/DDATA/edge-1/pump-2").unwrap();
        assert_eq!(
            (topic.kind, topic.group),
            (MessageKind::DeviceData, "Riverside")
        );
        assert_eq!((topic.node, topic.device), ("edge-1", Some("pump-2")));
        assert!(
            SparkplugTopic::parse("spBv1.0/G/NBIRTH/n")
                .unwrap()
                .is_birth()
        );
        for quiet in [
            "spBv1.0/STATE/scada",
            "spBv1.0/G/NCMD/n",
            "spBv1.0/G/DCMD/n/d",
        ] {
            assert_eq!(
                SparkplugTopic::parse(quiet).unwrap().kind,
                MessageKind::Information,
                "{quiet}"
            );
        }
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
