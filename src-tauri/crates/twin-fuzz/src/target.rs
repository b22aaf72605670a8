//! Everything that reads what comes from outside.

use twin_payload::Convention;

use crate::{
    broken::Broken,
    coap, conversation, meter, models,
    mutate::{self, Body, ChangeBytes},
    script::Script,
    settings::Said,
    words,
};

/// One reader and how it is tried.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// What it reads.
    pub reads: Reads,
    /// What its bodies are written in.
    pub body: Body,
    /// What it knows by name: levels of topics, keys, values.
    pub words: &'static [&'static str],
    /// Fixtures of twin-payload to begin with: folders, or a file in one, without its ending.
    pub fixtures: &'static [&'static str],
    /// Folder of payloads made by others.
    pub shared: Option<&'static str>,
}

/// What a target reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Messages.
    Messages(Said),
    /// DTDL models.
    Dtdl,
    /// W3C Thing Descriptions.
    Things,
    /// Plant files and edits of them.
    Plant,
    /// Topic filters.
    Topics,
    /// Names of units.
    Units,
    /// Datagrams of a CoAP device.
    Coap,
    /// What a CoAP device says it has.
    CoapLinks,
    /// Blobs of history.
    #[cfg(feature = "history")]
    History,
}

/// How well a run looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// At what must hold of one decoding.
    Once,
    /// Decoding again and comparing, too.
    Thorough,
}

impl Target {
    /// The target of this name.
    ///
    /// # Errors
    /// [`Broken::NoTarget`].
    pub fn find(name: &str) -> Result<&'static Target, Broken> {
        let mut targets = TARGETS.iter();
        targets
            .find(|target| target.name == name)
            .ok_or_else(|| Broken::NoTarget(name.into()))
    }

    /// Runs it on any bytes, and checks what comes of it, and what it costs.
    ///
    /// # Errors
    /// What is found.
    pub fn run(&self, data: &[u8]) -> Result<(), Broken> {
        self.run_as(data, Pass::Thorough)
    }

    /// As [`run`](Self::run), as thoroughly as asked.
    ///
    /// # Errors
    /// What is found.
    pub fn run_as(&self, data: &[u8], pass: Pass) -> Result<(), Broken> {
        let script = Script::read(data);
        meter::measured(data.len(), || match self.reads {
            Reads::Messages(said) => conversation::check(said, &script, pass == Pass::Thorough),
            Reads::Dtdl => models::check_dtdl(&script),
            Reads::Things => models::check_things(&script),
            Reads::Plant => models::check_plant(&script),
            Reads::Topics => models::check_topics(&script),
            Reads::Units => models::check_units(&script),
            Reads::Coap => coap::check_link(&script),
            Reads::CoapLinks => coap::check_links(&script),
            #[cfg(feature = "history")]
            Reads::History => crate::history::check_blobs(&script),
        })
    }

    /// Makes another input of one, no longer than `max`, with the seed; `bytes` changes what has no shape.
    pub fn mutate(
        &self,
        data: &[u8],
        (max, seed): (usize, u32),
        bytes: ChangeBytes<'_>,
    ) -> Vec<u8> {
        mutate::mutate(data, self.body, self.words, (max, seed), bytes)
    }
}

/// Messages that a convention may be said of.
const fn messages(
    name: &'static str,
    conventions: &'static [Convention],
    fixtures: &'static [&'static str],
    words: &'static [&'static str],
) -> Target {
    Target {
        name,
        reads: Reads::Messages(Said::Conventions(conventions)),
        body: Body::Json,
        words,
        fixtures,
        shared: None,
    }
}

const fn other(
    name: &'static str,
    reads: Reads,
    body: Body,
    words: &'static [&'static str],
) -> Target {
    Target {
        name,
        reads,
        body,
        words,
        fixtures: &[],
        shared: None,
    }
}

/// Every target, the readers of messages first.
pub const TARGETS: &[Target] = &[
    Target {
        body: Body::Protobuf,
        shared: Some("sparkplug"),
        ..messages("sparkplug", &[], &["sparkplug"], words::SPARKPLUG)
    },
    messages(
        "homie",
        &[Convention::Homie5, Convention::Homie4],
        &["homie"],
        words::HOMIE,
    ),
    messages(
        "homeassistant",
        &[Convention::HomeAssistant],
        &["homeassistant"],
        words::HOMEASSISTANT,
    ),
    messages(
        "zigbee",
        &[Convention::Zigbee2mqtt],
        &["zigbee"],
        words::ZIGBEE,
    ),
    Target {
        shared: Some("tasmota"),
        ..messages(
            "tasmota",
            &[Convention::Tasmota],
            &["tasmota"],
            words::TASMOTA,
        )
    },
    messages(
        "thinedge",
        &[Convention::ThinEdge],
        &["thinedge"],
        words::THINEDGE,
    ),
    Target {
        shared: Some("chirpstack"),
        ..messages(
            "chirpstack",
            &[Convention::ChirpStack],
            &["chirpstack"],
            words::CHIRPSTACK,
        )
    },
    Target {
        shared: Some("ttn"),
        ..messages("tts", &[Convention::Tts], &["tts"], words::TTS)
    },
    messages(
        "aws",
        &[Convention::AwsShadow, Convention::AwsLifecycle],
        &["aws"],
        words::AWS,
    ),
    messages(
        "azure",
        &[Convention::AzureTwin],
        &["azure/twin"],
        words::AZURE,
    ),
    messages(
        "cloudevents",
        &[Convention::CloudEvents],
        &["azure/cloudevents"],
        words::CLOUDEVENTS,
    ),
    Target {
        shared: Some("opcua-pubsub"),
        ..messages(
            "opcua",
            &[Convention::OpcUaPubSub],
            &["opcua"],
            words::OPCUA,
        )
    },
    messages(
        "senml-json",
        &[Convention::SenMl],
        &["senml/json"],
        words::SENML_JSON,
    ),
    Target {
        body: Body::Cbor,
        ..messages(
            "senml-cbor",
            &[Convention::SenMl],
            &["senml/cbor"],
            words::SENML_CBOR,
        )
    },
    messages("uns", &[Convention::Uns], &["uns"], words::UNS),
    other("csv", Reads::Messages(Said::Csv), Body::Bytes, words::CSV),
    other(
        "layout",
        Reads::Messages(Said::Layout),
        Body::Json,
        words::LAYOUT,
    ),
    messages("json", &[Convention::Json], &[], words::JSON),
    Target {
        body: Body::Bytes,
        ..messages("plain", &[Convention::Bare], &[], words::PLAIN)
    },
    Target {
        body: Body::Gzip,
        ..messages(
            "gzip",
            &[Convention::Json],
            &["inflate/gzip"],
            &["a", "b", "\u{1f}", "zigbee2mqtt", "homie"],
        )
    },
    Target {
        body: Body::Zstd,
        ..messages(
            "zstd",
            &[Convention::Json],
            &[],
            &["a", "b", "(", "zigbee2mqtt", "homie"],
        )
    },
    Target {
        shared: Some("dtdl-v3"),
        ..other("dtdl", Reads::Dtdl, Body::Json, words::DTDL)
    },
    other("td", Reads::Things, Body::Json, words::TD),
    other("plant", Reads::Plant, Body::Bytes, words::PLANT),
    other("topic", Reads::Topics, Body::Bytes, words::TOPIC),
    other("units", Reads::Units, Body::Bytes, words::UNITS),
    other(
        "coap",
        Reads::Coap,
        Body::Bytes,
        &["\u{60}E", "\u{ff}", "D", "\u{10}", "R", "\u{d}"],
    ),
    other(
        "coap-links",
        Reads::CoapLinks,
        Body::Bytes,
        words::COAP_LINKS,
    ),
    #[cfg(feature = "history")]
    other(
        "journal",
        Reads::History,
        Body::Bytes,
        &["\u{1}", "\u{2}", "\u{ff}", "on"],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_found() {
        let names: HashSet<&str> = TARGETS.iter().map(|target| target.name).collect();
        assert_eq!(names.len(), TARGETS.len());
        assert_eq!(Target::find("homie").unwrap().name, "homie");
        assert_eq!(
            Target::find("none").unwrap_err(),
            Broken::NoTarget("none".into())
        );
    }

    #[test]
    fn every_convention_is_a_target() {
        let said: HashSet<Convention> = TARGETS
            .iter()
            .filter_map(|target| match target.reads {
                Reads::Messages(Said::Conventions(conventions)) => Some(conventions),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        let by_rules = [Convention::SparkplugB, Convention::Layout, Convention::Csv];
        for convention in Convention::ALL {
            assert!(
                said.contains(convention) || by_rules.contains(convention),
                "{}",
                convention.name()
            );
        }
    }
}
