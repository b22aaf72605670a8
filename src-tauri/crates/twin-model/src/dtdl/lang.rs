//! The metamodel: the classes of the language, their properties, and the bounds of each version.
//!
//! Facts of the DTDL specifications, versions 2 to 4.

use std::fmt;

/// A version of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// DTDL v2.
    V2,
    /// DTDL v3.
    V3,
    /// DTDL v4.
    V4,
}

/// Whose bounds a DTDL v4 document asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Bounds {
    /// The language's own.
    #[default]
    Core,
    /// `dtmi:dtdl:limits:onvif;1`.
    Onvif,
    /// `dtmi:dtdl:limits:aio;1`.
    Aio,
}

/// The bounds of a version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caps {
    /// Characters of a name and of a display name.
    pub(super) name: usize,
    /// Characters of a description.
    pub(super) description: usize,
    /// Characters of a comment.
    pub(super) comment: usize,
    /// Characters of an identifier.
    pub(super) id: usize,
    /// Characters of the identifier of an Interface.
    pub(super) interface_id: usize,
    /// `extends` within one another.
    pub(super) extends_depth: usize,
    /// Interfaces that one extends, directly and through others.
    pub(super) extends_count: usize,
    /// `schema` and `elementSchema` within one another.
    pub(super) schema_depth: usize,
    /// Elements of an Interface, inherited ones included.
    pub(super) hierarchy: usize,
    /// Bytes of the text of an Interface.
    pub(super) interface_bytes: usize,
    /// Largest `maxMultiplicity`.
    pub(super) multiplicity: i64,
}

/// A class of the language that a document can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Array,
    Command,
    CommandPayload,
    CommandRequest,
    CommandResponse,
    Component,
    Enum,
    EnumValue,
    Field,
    Interface,
    Map,
    MapKey,
    MapValue,
    Object,
    Property,
    Relationship,
    Telemetry,
}

/// A property of a class.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) term: &'static str,
    pub(super) form: Form,
    /// Whether it has to be there.
    pub(super) required: bool,
}

/// What a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Comment,
    Description,
    DisplayName,
    Name,
    Boolean,
    EnumValue,
    MaxMultiplicity,
    MinMultiplicity,
    Target,
    CommandType,
    /// The primitive schema of an Enum's values.
    ValueSchema,
    /// The primitive schema of a Map's keys.
    KeySchema,
    Elements(Group),
}

/// The elements that a property takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) classes: &'static [Class],
    /// Whether there may be several.
    pub(super) many: bool,
    /// Whether elements of earlier versions of the language fit too.
    pub(super) older: bool,
    /// Whether terms of standard schemas fit too.
    pub(super) schema: bool,
    /// Whether each has to have an identifier.
    pub(super) identified: bool,
}

impl Version {
    pub(super) const ALL: [Version; 3] = [Version::V2, Version::V3, Version::V4];

    /// As it stands after the semicolon of `dtmi:dtdl:context;`.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Version::V2 => 2,
            Version::V3 => 3,
            Version::V4 => 4,
        }
    }

    pub(super) const fn caps(self, bounds: Bounds) -> Caps {
        let core = Caps {
            name: 512,
            description: 512,
            comment: 512,
            id: 2048,
            interface_id: 128,
            extends_depth: 10,
            extends_count: 1024,
            schema_depth: 5,
            hierarchy: 100_000,
            interface_bytes: 1 << 20,
            multiplicity: i64::MAX,
        };
        match (self, bounds) {
            (Version::V2, _) => Caps {
                name: 64,
                multiplicity: 500,
                ..core
            },
            (Version::V3, _) => core,
            (Version::V4, Bounds::Core) => Caps {
                extends_depth: 12,
                schema_depth: 8,
                ..core
            },
            (Version::V4, Bounds::Onvif) => Caps {
                description: 4096,
                id: 512,
                interface_id: 256,
                extends_depth: 12,
                schema_depth: 24,
                ..core
            },
            (Version::V4, Bounds::Aio) => Caps {
                description: 2048,
                id: 512,
                interface_id: 256,
                extends_depth: 12,
                schema_depth: 12,
                ..core
            },
        }
    }

    /// The largest number of elements that a property may have in this version; none means no bound of its own.
    pub(super) fn most(self, term: &str) -> Option<usize> {
        match (self, term) {
            (Version::V2, "contents" | "properties") => Some(300),
            (Version::V2, "enumValues") => Some(100),
            (Version::V2, "fields") => Some(30),
            (Version::V2, "extends") => Some(2),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DTDL v{}", self.number())
    }
}

impl Class {
    pub(super) const ALL: [(&'static str, Class); 17] = [
        ("Array", Class::Array),
        ("Command", Class::Command),
        ("CommandPayload", Class::CommandPayload),
        ("CommandRequest", Class::CommandRequest),
        ("CommandResponse", Class::CommandResponse),
        ("Component", Class::Component),
        ("Enum", Class::Enum),
        ("EnumValue", Class::EnumValue),
        ("Field", Class::Field),
        ("Interface", Class::Interface),
        ("Map", Class::Map),
        ("MapKey", Class::MapKey),
        ("MapValue", Class::MapValue),
        ("Object", Class::Object),
        ("Property", Class::Property),
        ("Relationship", Class::Relationship),
        ("Telemetry", Class::Telemetry),
    ];

    /// The class of this name, when the version has it.
    pub(super) fn named(name: &str, version: Version) -> Option<Class> {
        let (_, class) = Class::ALL.into_iter().find(|(known, _)| *known == name)?;
        let there = match class {
            Class::CommandPayload => version == Version::V2,
            Class::CommandRequest | Class::CommandResponse => version > Version::V2,
            _ => true,
        };
        there.then_some(class)
    }

    pub(super) fn name(self) -> &'static str {
        let named = Class::ALL.into_iter().find(|(_, class)| *class == self);
        named.map_or("", |(name, _)| name)
    }

    /// Whether `@type` may be left out where only this class fits.
    pub(super) const fn type_optional(self) -> bool {
        use Class::*;
        matches!(
            self,
            CommandPayload
                | CommandRequest
                | CommandResponse
                | EnumValue
                | Field
                | MapKey
                | MapValue
        )
    }

    /// Its own properties; those that every class has are in [`COMMON`].
    pub(super) fn properties(self, version: Version) -> &'static [Property] {
        match (self, version) {
            (Class::Array, _) => ARRAY,
            (Class::Command, Version::V2) => COMMAND_2,
            (Class::Command, _) => COMMAND,
            (Class::CommandRequest | Class::CommandResponse, Version::V4) => PAYLOAD_4,
            (
                Class::CommandPayload
                | Class::CommandRequest
                | Class::CommandResponse
                | Class::Field
                | Class::MapValue
                | Class::Telemetry,
                _,
            ) => NAME_SCHEMA,
            (Class::Component, _) => COMPONENT,
            (Class::Enum, Version::V2) => ENUM_2,
            (Class::Enum, _) => ENUM,
            (Class::EnumValue, _) => ENUM_VALUE,
            (Class::Interface, _) => INTERFACE,
            (Class::Map, _) => MAP,
            (Class::MapKey, _) => MAP_KEY,
            (Class::Object, Version::V2) => OBJECT_2,
            (Class::Object, _) => OBJECT,
            (Class::Property, _) => PROPERTY,
            (Class::Relationship, _) => RELATIONSHIP,
        }
    }
}

/// The properties of every class.
pub(super) const COMMON: &[Property] = &[
    may("comment", Form::Comment),
    may("description", Form::Description),
    may("displayName", Form::DisplayName),
];

const NAME: Property = must("name", Form::Name);
const SCHEMA: Property = must("schema", Form::Elements(SCHEMAS));

const ARRAY: &[Property] = &[must("elementSchema", Form::Elements(SCHEMAS))];
const COMMAND: &[Property] = &[
    NAME,
    may("request", one(&[Class::CommandRequest])),
    may("response", one(&[Class::CommandResponse])),
    may("commandType", Form::CommandType),
];
const COMMAND_2: &[Property] = &[
    NAME,
    may("request", one(&[Class::CommandPayload])),
    may("response", one(&[Class::CommandPayload])),
    may("commandType", Form::CommandType),
];
const NAME_SCHEMA: &[Property] = &[NAME, SCHEMA];
const PAYLOAD_4: &[Property] = &[NAME, SCHEMA, may("nullable", Form::Boolean)];
const COMPONENT: &[Property] = &[
    NAME,
    must(
        "schema",
        Form::Elements(Group {
            older: true,
            ..group(&[Class::Interface])
        }),
    ),
];
const ENUM: &[Property] = &[
    must("valueSchema", Form::ValueSchema),
    may("enumValues", several(&[Class::EnumValue], false)),
];
const ENUM_2: &[Property] = &[
    must("valueSchema", Form::ValueSchema),
    must("enumValues", several(&[Class::EnumValue], false)),
];
const ENUM_VALUE: &[Property] = &[NAME, must("enumValue", Form::EnumValue)];
const INTERFACE: &[Property] = &[
    may(
        "contents",
        several(
            &[
                Class::Command,
                Class::Component,
                Class::Property,
                Class::Relationship,
                Class::Telemetry,
            ],
            true,
        ),
    ),
    may("extends", several(&[Class::Interface], true)),
    may(
        "schemas",
        Form::Elements(Group {
            many: true,
            identified: true,
            ..group(COMPLEX)
        }),
    ),
];
const MAP: &[Property] = &[
    must("mapKey", one(&[Class::MapKey])),
    must("mapValue", one(&[Class::MapValue])),
];
const MAP_KEY: &[Property] = &[NAME, must("schema", Form::KeySchema)];
const OBJECT: &[Property] = &[may("fields", several(&[Class::Field], false))];
const OBJECT_2: &[Property] = &[must("fields", several(&[Class::Field], false))];
const PROPERTY: &[Property] = &[NAME, SCHEMA, may("writable", Form::Boolean)];
const RELATIONSHIP: &[Property] = &[
    NAME,
    may("maxMultiplicity", Form::MaxMultiplicity),
    may("minMultiplicity", Form::MinMultiplicity),
    may("properties", several(&[Class::Property], true)),
    may("target", Form::Target),
    may("writable", Form::Boolean),
];

const COMPLEX: &[Class] = &[Class::Array, Class::Enum, Class::Map, Class::Object];
const SCHEMAS: Group = Group {
    older: true,
    schema: true,
    ..group(COMPLEX)
};

const fn must(term: &'static str, form: Form) -> Property {
    Property {
        term,
        form,
        required: true,
    }
}

const fn may(term: &'static str, form: Form) -> Property {
    Property {
        term,
        form,
        required: false,
    }
}

const fn group(classes: &'static [Class]) -> Group {
    Group {
        classes,
        many: false,
        older: false,
        schema: false,
        identified: false,
    }
}

const fn one(classes: &'static [Class]) -> Form {
    Form::Elements(group(classes))
}

const fn several(classes: &'static [Class], older: bool) -> Form {
    Form::Elements(Group {
        many: true,
        older,
        ..group(classes)
    })
}
