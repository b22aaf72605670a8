//! The conventions that payloads may follow.

/// How topics and payloads of a message are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Convention {
    /// Sparkplug B 3.0.
    SparkplugB,
    /// Homie 5.
    Homie5,
    /// Homie 4 and 3.
    Homie4,
    /// Home Assistant MQTT discovery.
    HomeAssistant,
    /// thin-edge.io.
    ThinEdge,
    /// Tasmota.
    Tasmota,
    /// zigbee2mqtt.
    Zigbee2mqtt,
    /// ChirpStack v4.
    ChirpStack,
    /// The Things Stack v3.
    Tts,
    /// Device shadows of AWS IoT Core.
    AwsShadow,
    /// Events of AWS IoT Core that tell of clients coming and going.
    AwsLifecycle,
    /// CloudEvents 1.0.
    CloudEvents,
    /// Device twins of Azure IoT Hub.
    AzureTwin,
    /// OPC UA PubSub, JSON mapping.
    OpcUaPubSub,
    /// Sensor Measurement Lists (RFC 8428).
    SenMl,
    /// Values of a unified namespace: a value and its time, one a topic.
    Uns,
    /// Fixed places in bytes, as a person set out.
    Layout,
    /// Separated values, as a person set out.
    Csv,
    /// JSON of unknown origin.
    Json,
    /// One bare value.
    Bare,
}

impl Convention {
    /// Every convention.
    pub const ALL: &[Convention] = &[
        Convention::SparkplugB,
        Convention::Homie5,
        Convention::Homie4,
        Convention::HomeAssistant,
        Convention::ThinEdge,
        Convention::Tasmota,
        Convention::Zigbee2mqtt,
        Convention::ChirpStack,
        Convention::Tts,
        Convention::AwsShadow,
        Convention::AwsLifecycle,
        Convention::CloudEvents,
        Convention::AzureTwin,
        Convention::OpcUaPubSub,
        Convention::SenMl,
        Convention::Uns,
        Convention::Layout,
        Convention::Csv,
        Convention::Json,
        Convention::Bare,
    ];

    /// Short name, as stored and written in plant files: never rename one.
    pub const fn name(self) -> &'static str {
        match self {
            Convention::SparkplugB => "sparkplug-b",
            Convention::Homie5 => "homie-5",
            Convention::Homie4 => "homie-4",
            Convention::HomeAssistant => "home-assistant",
            Convention::ThinEdge => "thin-edge",
            Convention::Tasmota => "tasmota",
            Convention::Zigbee2mqtt => "zigbee2mqtt",
            Convention::ChirpStack => "chirpstack",
            Convention::Tts => "tts",
            Convention::AwsShadow => "aws-shadow",
            Convention::AwsLifecycle => "aws-lifecycle",
            Convention::CloudEvents => "cloudevents",
            Convention::AzureTwin => "azure-twin",
            Convention::OpcUaPubSub => "opcua-pubsub",
            Convention::SenMl => "senml",
            Convention::Uns => "uns",
            Convention::Layout => "layout",
            Convention::Csv => "csv",
            Convention::Json => "json",
            Convention::Bare => "bare",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Convention::SparkplugB => "Sparkplug B",
            Convention::Homie5 => "Homie 5",
            Convention::Homie4 => "Homie 4",
            Convention::HomeAssistant => "Home Assistant discovery",
            Convention::ThinEdge => "thin-edge.io",
            Convention::Tasmota => "Tasmota",
            Convention::Zigbee2mqtt => "zigbee2mqtt",
            Convention::ChirpStack => "ChirpStack",
            Convention::Tts => "The Things Stack",
            Convention::AwsShadow => "AWS IoT device shadow",
            Convention::AwsLifecycle => "AWS IoT lifecycle events",
            Convention::CloudEvents => "CloudEvents",
            Convention::AzureTwin => "Azure device twin",
            Convention::OpcUaPubSub => "OPC UA PubSub",
            Convention::SenMl => "SenML",
            Convention::Uns => "unified namespace",
            Convention::Layout => "byte layout",
            Convention::Csv => "CSV",
            Convention::Json => "JSON",
            Convention::Bare => "bare value",
        }
    }

    /// Whether its sources describe themselves in several messages, each of which adds to the others, and not in one that
    /// holds all.
    pub const fn describes_in_parts(self) -> bool {
        matches!(
            self,
            Convention::Homie4
                | Convention::HomeAssistant
                | Convention::ThinEdge
                | Convention::Tasmota
                | Convention::Uns
        )
    }

    /// The convention of this name.
    pub fn from_name(name: &str) -> Option<Convention> {
        Convention::ALL
            .iter()
            .copied()
            .find(|convention| convention.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for convention in Convention::ALL {
            assert_eq!(Convention::from_name(convention.name()), Some(*convention));
        }
        assert_eq!(Convention::from_name("JSON"), None);
    }
}
