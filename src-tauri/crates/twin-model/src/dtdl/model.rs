//! What a valid model says.

use super::{lang::Version, schemas::Primitive};

/// The Interfaces of the files that were read, each with what it inherits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// In the order of the files.
    pub interfaces: Vec<Interface>,
    pub(super) schemas: Vec<Schema>,
}

/// A kind of thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Interface {
    /// Digital twin model identifier (DTMI).
    pub id: String,
    /// The version of the language it is written in.
    pub version: Version,
    /// What it is called, what it is, and what its author notes.
    pub about: About,
    /// Types of extensions on it, as written.
    pub cotypes: Vec<String>,
    /// Places in [`Model::interfaces`] of what it extends, as its file has them.
    pub extends: Vec<usize>,
    /// Places of everything it extends, directly and through others, nearest first.
    pub ancestors: Vec<usize>,
    /// Its own contents; [`Model::contents`] has the inherited ones too.
    pub contents: Vec<Content>,
}

/// Texts for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Display name.
    pub display_name: Texts,
    /// Description.
    pub description: Texts,
    /// Note of the model's author.
    pub comment: Option<String>,
}

/// A text in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Language tag, empty where none is given, and text.
    pub list: Vec<(String, String)>,
}

/// One of an Interface's contents, or a property of a Relationship.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// Its own identifier, if it has one.
    pub id: Option<String>,
    /// Name, unique among the contents.
    pub name: String,
    /// Texts for people.
    pub about: About,
    /// Types beside its class, as written: semantic types and those of extensions.
    pub cotypes: Vec<String>,
    /// Quantity, such as `Temperature`.
    pub quantity: Option<&'static str>,
    /// Term of its unit, such as `degreeCelsius`.
    pub unit: Option<&'static str>,
    /// What it is.
    pub kind: ContentKind,
}

/// What an Interface can have.
#[derive(Clone, Debug, PartialEq)]
pub enum ContentKind {
    /// Values that are sent.
    Telemetry(SchemaId),
    /// A value that is kept.
    Property {
        /// What it holds.
        schema: SchemaId,
        /// Whether others may set it.
        writable: bool,
    },
    /// Something that can be asked for. It is never asked for here.
    Command {
        /// What goes with the request.
        request: Option<Box<Field>>,
        /// What comes back.
        response: Option<Box<Field>>,
    },
    /// A part, as the place of its Interface in [`Model::interfaces`].
    Component(usize),
    /// A link to other things.
    Relationship {
        /// Identifier of the Interface of those things; none means any.
        target: Option<String>,
        /// The most links there are; none means any number.
        most: Option<i64>,
        /// What each link holds.
        properties: Vec<Content>,
    },
}

/// Number of a schema in its [`Model`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub(super) u32);

/// What values look like.
#[derive(Clone, Debug, PartialEq)]
pub enum Schema {
    /// One that the language defines.
    Primitive(Primitive),
    /// A unit, by its term: one of the type of unit named, such as `TemperatureUnit`.
    Units(&'static str),
    /// Several values of one schema.
    Array(SchemaId),
    /// One of a list.
    Enum {
        /// `integer` or `string`.
        value_schema: Primitive,
        /// The list.
        values: Vec<EnumValue>,
    },
    /// Values by name.
    Map {
        /// Name of what is on the left, for people.
        key: String,
        /// What is on the right.
        value: Field,
    },
    /// Named fields.
    Object(Vec<Field>),
}

/// A field of an Object, the values of a Map, what goes with a Command.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Texts for people.
    pub about: About,
    /// Quantity, such as `Temperature`.
    pub quantity: Option<&'static str>,
    /// Term of its unit.
    pub unit: Option<&'static str>,
    /// What it holds.
    pub schema: SchemaId,
}

/// One of an Enum's values.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// Name.
    pub name: String,
    /// Texts for people.
    pub about: About,
    /// The value itself.
    pub value: EnumLiteral,
}

/// A value that stands for one of an Enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnumLiteral {
    /// Of an Enum of numbers.
    Number(i64),
    /// Of an Enum of texts.
    Text(String),
}

impl Model {
    /// The Interface of this identifier, with its place.
    #[must_use]
    pub fn interface(&self, id: &str) -> Option<(usize, &Interface)> {
        let mut all = self.interfaces.iter().enumerate();
        all.find(|(_, interface)| interface.id == id)
    }

    /// All contents of an Interface: its own, then those it inherits from near to far, each with the Interface that
    /// defines it.
    pub fn contents(&self, interface: usize) -> impl Iterator<Item = (&Interface, &Content)> {
        let own = self.interfaces.get(interface);
        let ancestors = own.map_or(&[][..], |own| &own.ancestors);
        let further = ancestors.iter().filter_map(|at| self.interfaces.get(*at));
        own.into_iter()
            .chain(further)
            .flat_map(|from| from.contents.iter().map(move |content| (from, content)))
    }

    /// A schema of this model.
    #[must_use]
    pub fn schema(&self, id: SchemaId) -> Option<&Schema> {
        self.schemas.get(id.0 as usize)
    }
}

impl Texts {
    /// The text to show: the one without a language or in English, else the first.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let english =
            |language: &str| language.is_empty() || language == "en" || language.starts_with("en-");
        let mut list = self.list.iter();
        list.clone()
            .find(|(language, _)| english(language))
            .or_else(|| list.next())
            .map(|(_, text)| text.as_str())
    }
}
