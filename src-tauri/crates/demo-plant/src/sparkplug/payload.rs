//! The messages of Sparkplug B that an edge node needs, written by hand after Eclipse Tahu's `sparkplug_b.proto`; the
//! numbers are its field numbers. Fields that this plant never sends (data sets, templates, meta data) are left out:
//! Protocol Buffers readers skip what they do not know.

/// `org.eclipse.tahu.protobuf.Payload`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Payload {
    /// When the message was made, milliseconds since 1970.
    #[prost(uint64, optional, tag = "1")]
    pub timestamp: Option<u64>,
    /// The metrics.
    #[prost(message, repeated, tag = "2")]
    pub metrics: Vec<Metric>,
    /// 0 to 255, one up with every message of the node but its death.
    #[prost(uint64, optional, tag = "3")]
    pub seq: Option<u64>,
}

/// `Payload.Metric`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Metric {
    /// Its name; only in births.
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    /// The number that stands for the name until the next birth.
    #[prost(uint64, optional, tag = "2")]
    pub alias: Option<u64>,
    /// When it was measured, milliseconds since 1970.
    #[prost(uint64, optional, tag = "3")]
    pub timestamp: Option<u64>,
    /// Its type, one of [`Datatype`]; only in births and deaths.
    #[prost(uint32, optional, tag = "4")]
    pub datatype: Option<u32>,
    /// Measured while the node had no connection.
    #[prost(bool, optional, tag = "5")]
    pub is_historical: Option<bool>,
    /// Engineering unit and the like; only in births.
    #[prost(message, optional, tag = "9")]
    pub properties: Option<PropertySet>,
    /// What was measured.
    #[prost(oneof = "MetricValue", tags = "10, 11, 12, 13, 14, 15")]
    pub value: Option<MetricValue>,
}

/// `Payload.Metric.value`.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum MetricValue {
    /// Integers of up to 32 bits.
    #[prost(uint32, tag = "10")]
    Int(u32),
    /// Integers of 64 bits.
    #[prost(uint64, tag = "11")]
    Long(u64),
    /// Single precision.
    #[prost(float, tag = "12")]
    Float(f32),
    /// Double precision.
    #[prost(double, tag = "13")]
    Double(f64),
    /// On or off.
    #[prost(bool, tag = "14")]
    Boolean(bool),
    /// Text.
    #[prost(string, tag = "15")]
    String(String),
}

/// `Payload.PropertySet`: `values[i]` belongs to `keys[i]`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PropertySet {
    /// Names.
    #[prost(string, repeated, tag = "1")]
    pub keys: Vec<String>,
    /// Values.
    #[prost(message, repeated, tag = "2")]
    pub values: Vec<PropertyValue>,
}

/// `Payload.PropertyValue`, of text only.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PropertyValue {
    /// One of [`Datatype`].
    #[prost(uint32, optional, tag = "1")]
    pub r#type: Option<u32>,
    /// The text.
    #[prost(string, optional, tag = "8")]
    pub string_value: Option<String>,
}

/// The data types in use, with Sparkplug's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Datatype {
    /// Signed, 64 bits.
    Int64 = 4,
    /// Single precision.
    Float = 9,
    /// Double precision.
    Double = 10,
    /// On or off.
    Boolean = 11,
    /// Text.
    String = 12,
}
