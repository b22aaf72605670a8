//! An element as it was read, before references are followed.

use super::{
    lang::{Caps, Class, Group, Version},
    literal::Texts,
    quantity::Quantity,
    schemas::Primitive,
};
use crate::twin_file::json::View;

/// An element of a model.
#[derive(Debug)]
pub(super) struct Element<'a> {
    pub(super) view: View<'a>,
    /// None when `@type` does not tell.
    pub(super) class: Option<Class>,
    pub(super) version: Version,
    pub(super) caps: Caps,
    pub(super) id: Option<&'a str>,
    pub(super) outermost: bool,
    /// The element, an Interface or an outermost one, within which it can be referred to.
    pub(super) partition: u32,
    /// The partition around an Interface that is written inside another one.
    pub(super) within: Option<u32>,
    pub(super) name: Option<&'a str>,
    pub(super) display_name: Texts<'a>,
    pub(super) description: Texts<'a>,
    pub(super) comment: Option<&'a str>,
    pub(super) writable: bool,
    pub(super) target: Option<&'a str>,
    pub(super) min_multiplicity: Option<i64>,
    pub(super) max_multiplicity: Option<i64>,
    pub(super) value: Option<View<'a>>,
    pub(super) value_schema: Option<Primitive>,
    pub(super) quantity: Option<&'static Quantity>,
    pub(super) unit: Option<&'static str>,
    /// Types of extensions, as written.
    pub(super) cotypes: Vec<&'a str>,
    pub(super) links: Vec<Link<'a>>,
}

/// From an element to another one, or to a standard schema.
#[derive(Debug)]
pub(super) struct Link<'a> {
    pub(super) term: &'static str,
    pub(super) view: View<'a>,
    pub(super) group: Group,
    pub(super) to: To<'a>,
}

/// Where a link leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum To<'a> {
    /// An element that is written in place.
    Element(u32),
    /// The element of this identifier.
    Id(&'a str),
    Primitive(Primitive),
    /// The units of a type of unit.
    Units(&'static str),
}

impl<'a> Element<'a> {
    /// "Telemetry \"speed\"", or what else tells it from others.
    pub(super) fn title(&self) -> String {
        let class = self.class.map_or("element", Class::name);
        match (self.id, self.name) {
            (_, Some(name)) => format!("{class} \"{}\"", crate::twin_file::json::shown(name)),
            (Some(id), None) => format!("{class} \"{}\"", crate::twin_file::json::shown(id)),
            _ => class.to_owned(),
        }
    }

    /// Its links of one property.
    pub(super) fn linked(&self, term: &str) -> impl Iterator<Item = &Link<'a>> {
        self.links.iter().filter(move |link| link.term == term)
    }
}
