//! The extensions of the language that are known: their versions, and the types and properties that they add.
//!
//! Facts of the extensions' own pages. What they ask of several elements together (that an `ErrorResult` stands in a
//! `Result`, and the like) is not checked.

use super::{
    lang::{Class, Version},
    quantity::Since,
};

/// An extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extension {
    QuantitativeTypes,
    Historization,
    Annotation,
    Overriding,
    Mqtt,
    Requirement,
    IotCentral,
}

/// What is known of an extension.
struct Known {
    /// Its context up to the semicolon.
    name: &'static str,
    extension: Extension,
    /// Its versions, each with the versions of the language that it is made for.
    editions: &'static [(u32, &'static [Version])],
}

const fn known(
    name: &'static str,
    extension: Extension,
    editions: &'static [(u32, &'static [Version])],
) -> Known {
    Known {
        name,
        extension,
        editions,
    }
}

/// An extension in one of its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edition {
    pub(super) extension: Extension,
    pub(super) version: u32,
}

/// A type that an extension adds.
#[derive(Debug)]
pub(super) struct Adjunct {
    pub(super) term: &'static str,
    extension: Extension,
    /// Editions that have it.
    editions: std::ops::RangeInclusive<u32>,
    /// Classes that it can stand on.
    pub(super) on: &'static [Class],
    /// Types that have to stand beside it.
    pub(super) beside: &'static [&'static str],
    pub(super) properties: &'static [AdjunctProperty],
}

/// A property that comes with an [`Adjunct`].
#[derive(Debug)]
pub(super) struct AdjunctProperty {
    pub(super) term: &'static str,
    pub(super) required: bool,
    pub(super) form: AdjunctForm,
    since: u32,
}

/// What such a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AdjunctForm {
    Text,
    /// A topic with `{tokens}`.
    Topic,
    /// A text without the characters that mean something in topics.
    Token,
    Duration,
    /// A number from 1.
    Index,
}

impl Extension {
    const KNOWN: &'static [Known] = {
        use Version::{V2, V3, V4};
        &[
            known(
                "dtmi:dtdl:extension:quantitativeTypes",
                Extension::QuantitativeTypes,
                &[(1, &[V3]), (2, &[V4]), (3, &[V4])],
            ),
            known(
                "dtmi:dtdl:extension:historization",
                Extension::Historization,
                &[(1, &[V3]), (2, &[V3, V4])],
            ),
            known(
                "dtmi:dtdl:extension:annotation",
                Extension::Annotation,
                &[(1, &[V3]), (2, &[V3, V4])],
            ),
            known(
                "dtmi:dtdl:extension:overriding",
                Extension::Overriding,
                &[(1, &[V3]), (2, &[V3, V4])],
            ),
            known(
                "dtmi:dtdl:extension:mqtt",
                Extension::Mqtt,
                &[(1, &[V3]), (2, &[V3, V4]), (3, &[V3, V4]), (4, &[V3, V4])],
            ),
            known(
                "dtmi:dtdl:extension:requirement",
                Extension::Requirement,
                &[(1, &[V3, V4]), (2, &[V3, V4])],
            ),
            known(
                "dtmi:iotcentral:context",
                Extension::IotCentral,
                &[(2, &[V2])],
            ),
        ]
    };

    /// The edition that this context names, when it is known and is for this version of the language.
    pub(super) fn edition(base: &str, number: u32, language: Version) -> Option<Edition> {
        let known = Extension::KNOWN.iter().find(|known| known.name == base)?;
        let (version, _) = known
            .editions
            .iter()
            .find(|(version, languages)| *version == number && languages.contains(&language))?;
        Some(Edition {
            extension: known.extension,
            version: *version,
        })
    }

    fn name(self) -> &'static str {
        let known = Extension::KNOWN
            .iter()
            .find(|known| known.extension == self);
        known.map_or("", |known| known.name)
    }
}

impl Edition {
    /// The vocabulary of quantities that it brings.
    pub(super) fn vocabulary(self) -> Option<Since> {
        match (self.extension, self.version) {
            (Extension::QuantitativeTypes, 3) => Some(Since::Third),
            (Extension::QuantitativeTypes, _) => Some(Since::First),
            _ => None,
        }
    }

    /// The type of this term or DTMI.
    pub(super) fn adjunct(self, text: &str) -> Option<&'static Adjunct> {
        ADJUNCTS.iter().find(|adjunct| {
            adjunct.extension == self.extension
                && adjunct.editions.contains(&self.version)
                && (adjunct.term == text || self.names(adjunct.term, text))
        })
    }

    /// Whether `text` is the DTMI of a term of this edition.
    fn names(self, term: &str, text: &str) -> bool {
        if self.extension == Extension::IotCentral {
            return text == format!("dtmi:iotcentral:class:{term};2");
        }
        text == format!("{}:v{}:{term}", self.extension.name(), self.version)
    }

    /// The property of this term or DTMI that a type has in this edition.
    pub(super) fn property(
        self,
        adjunct: &Adjunct,
        text: &str,
    ) -> Option<&'static AdjunctProperty> {
        adjunct.properties.iter().find(|property| {
            property.since <= self.version
                && (property.term == text
                    || self.names(&format!("{}:{}", adjunct.term, property.term), text))
        })
    }
}

const CONTENT: &[Class] = &[Class::Property, Class::Telemetry];
const FIELD: &[Class] = &[Class::Field];
const OBJECT: &[Class] = &[Class::Object];

const ADJUNCTS: &[Adjunct] = &[
    Adjunct {
        properties: &[text("annotates", true)],
        ..adjunct("ValueAnnotation", Extension::Annotation, CONTENT)
    },
    adjunct("Historized", Extension::Historization, CONTENT),
    Adjunct {
        beside: &["ValueAnnotation"],
        properties: &[text("overrides", true)],
        ..adjunct("Override", Extension::Overriding, &[Class::Property])
    },
    adjunct("Required", Extension::Requirement, FIELD),
    Adjunct {
        properties: &[
            property("commandTopic", false, AdjunctForm::Topic, 1),
            property("telemetryTopic", false, AdjunctForm::Topic, 1),
            property("propertyTopic", false, AdjunctForm::Topic, 4),
            property("cmdServiceGroupId", false, AdjunctForm::Token, 2),
            property("telemServiceGroupId", false, AdjunctForm::Token, 2),
            text("payloadFormat", true),
        ],
        ..adjunct("Mqtt", Extension::Mqtt, &[Class::Interface])
    },
    adjunct("Idempotent", Extension::Mqtt, &[Class::Command]),
    Adjunct {
        beside: &["Idempotent"],
        properties: &[property("ttl", true, AdjunctForm::Duration, 1)],
        ..adjunct("Cacheable", Extension::Mqtt, &[Class::Command])
    },
    Adjunct {
        properties: &[property("index", true, AdjunctForm::Index, 1)],
        ..adjunct(
            "Indexed",
            Extension::Mqtt,
            &[
                Class::EnumValue,
                Class::Field,
                Class::Property,
                Class::Telemetry,
            ],
        )
    },
    from(
        2,
        adjunct(
            "Transparent",
            Extension::Mqtt,
            &[Class::CommandRequest, Class::CommandResponse],
        ),
    ),
    from(3, adjunct("Error", Extension::Mqtt, OBJECT)),
    from(3, adjunct("Result", Extension::Mqtt, OBJECT)),
    from(3, adjunct("ErrorMessage", Extension::Mqtt, FIELD)),
    from(3, adjunct("ErrorResult", Extension::Mqtt, FIELD)),
    from(3, adjunct("NormalResult", Extension::Mqtt, FIELD)),
    from(4, adjunct("ErrorCode", Extension::Mqtt, FIELD)),
    from(4, adjunct("ErrorInfo", Extension::Mqtt, FIELD)),
    from(
        4,
        adjunct("Fragmented", Extension::Mqtt, &[Class::Property]),
    ),
    from(4, adjunct("Indirect", Extension::Mqtt, FIELD)),
    from(4, adjunct("PropertyResult", Extension::Mqtt, OBJECT)),
    from(4, adjunct("PropertyValue", Extension::Mqtt, FIELD)),
    from(4, adjunct("ReadError", Extension::Mqtt, FIELD)),
    from(4, adjunct("WriteError", Extension::Mqtt, FIELD)),
    adjunct("Event", Extension::IotCentral, CONTENT),
    adjunct("State", Extension::IotCentral, CONTENT),
    adjunct("Location", Extension::IotCentral, CONTENT),
    Adjunct {
        properties: &[text("unit", false)],
        ..adjunct("AccelerationVector", Extension::IotCentral, CONTENT)
    },
    Adjunct {
        properties: &[text("unit", false)],
        ..adjunct("VelocityVector", Extension::IotCentral, CONTENT)
    },
];

const fn adjunct(term: &'static str, extension: Extension, on: &'static [Class]) -> Adjunct {
    Adjunct {
        term,
        extension,
        editions: 1..=u32::MAX,
        on,
        beside: &[],
        properties: &[],
    }
}

const fn from(edition: u32, adjunct: Adjunct) -> Adjunct {
    Adjunct {
        editions: edition..=u32::MAX,
        term: adjunct.term,
        extension: adjunct.extension,
        on: adjunct.on,
        beside: adjunct.beside,
        properties: adjunct.properties,
    }
}

const fn text(term: &'static str, required: bool) -> AdjunctProperty {
    property(term, required, AdjunctForm::Text, 1)
}

const fn property(
    term: &'static str,
    required: bool,
    form: AdjunctForm,
    since: u32,
) -> AdjunctProperty {
    AdjunctProperty {
        term,
        required,
        form,
        since,
    }
}
