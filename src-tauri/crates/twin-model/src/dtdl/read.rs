//! Reads elements from JSON, one within another, and collects what is wrong with each by itself.

use std::rc::Rc;

use super::{
    context::{self, Active, UnknownExtensions},
    dtmi::{is_dtmi, is_dtmi_v2},
    element::{Element, Link, To},
    extension::Extension,
    lang::{COMMON, Class, Form, Group, Property, Version},
    literal::{self, single},
    property::{self, Beside},
    quantity::unit_type,
    schemas::Primitive,
    types::{self, Types, named},
};
use crate::twin_file::{
    Collector, Rule,
    json::{View, shown},
};

/// Reads documents.
pub(super) struct Reader<'a, 'f> {
    faults: &'f Collector,
    unknown: UnknownExtensions,
    elements: Vec<Element<'a>>,
}

/// Where an element stands.
#[derive(Clone, Copy)]
struct Place<'p, 'a> {
    /// What is in force around it; none for an outermost one.
    parent: Option<&'p Rc<Active<'a>>>,
    group: Group,
    partition: Option<u32>,
}

const OUTERMOST: Group = Group {
    classes: &[Class::Interface],
    many: true,
    older: true,
    schema: false,
    identified: true,
};

impl<'a, 'f> Reader<'a, 'f> {
    pub(super) fn new(unknown: UnknownExtensions, faults: &'f Collector) -> Self {
        Reader {
            faults,
            unknown,
            elements: Vec::new(),
        }
    }

    pub(super) fn into_elements(self) -> Vec<Element<'a>> {
        self.elements
    }

    /// Reads a document: an Interface or an array of them.
    pub(super) fn document(&mut self, root: View<'a>) {
        for item in root.each() {
            if !item.is_object() {
                let text = format!(
                    "A document holds an Interface or an array of Interfaces, but {} stands here.",
                    item.sort()
                );
                self.faults.add(item, Rule::DocumentForm, text);
                continue;
            }
            let place = Place {
                parent: None,
                group: OUTERMOST,
                partition: None,
            };
            self.element(item, place);
        }
    }

    /// Reads an element and those within it. None when its language cannot be told.
    fn element(&mut self, view: View<'a>, place: Place<'_, 'a>) -> Option<u32> {
        let active = context::read(view, place.parent, self.unknown, self.faults)?;
        self.version(view, &place, &active);
        let types = types::read(view, place.group, &active, self.faults);
        let caps = active.version.caps(active.bounds);
        let index = u32::try_from(self.elements.len()).unwrap_or(u32::MAX);
        let outermost = place.parent.is_none();
        let own = outermost || types.class == Some(Class::Interface);
        let partition = place.partition.filter(|_| !own).unwrap_or(index);
        self.elements.push(Element {
            view,
            class: types.class,
            version: active.version,
            caps,
            id: property::id(view, &types, place.group, caps, active.version, self.faults),
            outermost,
            partition,
            within: place.partition,
            name: None,
            display_name: Vec::new(),
            description: Vec::new(),
            comment: None,
            writable: false,
            target: None,
            min_multiplicity: None,
            max_multiplicity: None,
            value: None,
            value_schema: None,
            quantity: types.quantity.map(|(quantity, _)| quantity),
            unit: None,
            cotypes: types.cotypes.clone(),
            links: Vec::new(),
        });
        if let Some(class) = types.class {
            if !place.group.classes.contains(&class) {
                self.misplaced(view, class, place.group);
            }
            self.members(index, view, class, &types, &active, partition);
        }
        Some(index)
    }

    fn version(&self, view: View<'a>, place: &Place<'_, 'a>, active: &Active<'a>) {
        let Some(parent) = place.parent else { return };
        let fits = active.version == parent.version
            || (place.group.older && active.version < parent.version);
        if !fits {
            let text = format!(
                "This element is written in {}, which does not fit into {} here. Write it in the same version.",
                active.version, parent.version
            );
            self.faults.add(view, Rule::ElementVersion, text);
        }
    }

    fn misplaced(&self, view: View<'a>, class: Class, group: Group) {
        let wanted: Vec<&str> = group.classes.iter().map(|class| class.name()).collect();
        let text = format!(
            "{} does not fit here. Put one of these here: {}.",
            class.name(),
            wanted.join(", ")
        );
        self.faults.add(view, Rule::ElementClass, text);
    }

    /// Reads the members of an element.
    fn members(
        &mut self,
        index: u32,
        view: View<'a>,
        class: Class,
        types: &Types<'a>,
        active: &Rc<Active<'a>>,
        partition: u32,
    ) {
        let specs = COMMON.iter().chain(class.properties(active.version));
        let mut given: Vec<&str> = Vec::new();
        let mut beside = Beside::default();
        for (name, member) in view.members() {
            if name.starts_with('@') {
                self.keyword(name, member, active.version);
                continue;
            }
            let found = specs
                .clone()
                .find(|spec| names(spec.term, name, active.version));
            if let Some(spec) = found {
                if given.contains(&spec.term) {
                    let text = format!(
                        "\"{}\" is given twice, as a term and as a DTMI. Keep one.",
                        spec.term
                    );
                    self.faults.add(member, Rule::PropertyTwice, text);
                    continue;
                }
                given.push(spec.term);
                self.property(index, spec, member, active, partition);
            } else if !beside.read(name, member, types, active, self.faults) {
                property::unknown(name, member, class, types, active, self.faults);
            }
        }
        for spec in specs.filter(|spec| spec.required && !given.contains(&spec.term)) {
            self.missing(view, class, spec.term);
        }
        beside.finish(view, types, self.faults);
        if let Some(element) = self.elements.get_mut(index as usize) {
            element.unit = beside.unit;
        }
    }

    fn missing(&self, view: View<'a>, class: Class, term: &str) {
        let text = format!("{} needs \"{term}\". Add it.", class.name());
        self.faults.add(view, Rule::PropertyRequired, text);
    }

    fn keyword(&self, name: &str, view: View<'a>, version: Version) {
        let known = ["@context", "@id", "@type"].contains(&name);
        let tolerated = version == Version::V2 && name != "@graph";
        if !known && !tolerated {
            let text = format!("\"{}\" is not used in {version}. Remove it.", shown(name));
            self.faults.add(view, Rule::Keyword, text);
        }
    }

    /// Reads a property of the class.
    fn property(
        &mut self,
        index: u32,
        spec: &'static Property,
        view: View<'a>,
        active: &Rc<Active<'a>>,
        partition: u32,
    ) {
        let faults = self.faults;
        if let Form::Elements(group) = spec.form {
            let links = self.links(spec, group, view, active, partition);
            if let Some(element) = self.elements.get_mut(index as usize) {
                element.links.extend(links);
            }
            return;
        }
        let Some(element) = self.elements.get_mut(index as usize) else {
            return;
        };
        let version = element.version;
        let caps = element.caps;
        let told = faults.count();
        let there = match spec.form {
            Form::DisplayName => {
                element.display_name = literal::texts(view, version, caps.name, faults);
                true
            }
            Form::Description => {
                element.description = literal::texts(view, version, caps.description, faults);
                true
            }
            Form::Comment => {
                element.comment = property::text(view, version, caps.comment, faults);
                true
            }
            Form::Name => {
                element.name = property::name(view, version, caps, faults);
                element.name.is_some()
            }
            Form::Boolean => {
                element.writable |=
                    property::truth(view, version, faults) && spec.term == "writable";
                true
            }
            Form::MaxMultiplicity => {
                element.max_multiplicity = property::most(view, version, caps, faults);
                true
            }
            Form::MinMultiplicity => {
                element.min_multiplicity = property::least(view, version, faults);
                true
            }
            Form::Target => {
                element.target = property::target(view, version, caps, faults);
                true
            }
            Form::CommandType => property::command_type(view, version, faults),
            Form::EnumValue => {
                element.value = property::enum_value(view, version, faults);
                element.value.is_some()
            }
            Form::ValueSchema | Form::KeySchema => {
                element.value_schema = property::value_schema(view, spec.form, version, faults);
                element.value_schema.is_some()
            }
            Form::Elements(_) => true,
        };
        if !there && spec.required && faults.count() == told {
            let text = format!("\"{}\" is empty. Give it a value.", spec.term);
            faults.add(view, Rule::PropertyRequired, text);
        }
    }

    /// Reads the elements of a property.
    fn links(
        &mut self,
        spec: &'static Property,
        group: Group,
        view: View<'a>,
        active: &Rc<Active<'a>>,
        partition: u32,
    ) -> Vec<Link<'a>> {
        if !group.many && single(view, Rule::ElementCount, self.faults).is_err() {
            return Vec::new();
        }
        let items = view.each();
        if items.is_empty() && spec.required {
            let text = format!("\"{}\" is empty. Give it a value.", spec.term);
            self.faults.add(view, Rule::PropertyRequired, text);
        }
        let mut links = Vec::with_capacity(items.len());
        for item in items {
            let to = if item.is_object() {
                let place = Place {
                    parent: Some(active),
                    group,
                    partition: Some(partition),
                };
                self.element(item, place).map(To::Element)
            } else {
                self.reference(item, group, active)
            };
            links.extend(to.map(|to| Link {
                term: spec.term,
                view: item,
                group,
                to,
            }));
        }
        links
    }

    /// Reads what stands in place of an element.
    fn reference(&self, view: View<'a>, group: Group, active: &Active<'a>) -> Option<To<'a>> {
        let text = view.text();
        if group.schema
            && let Some(to) = text.and_then(|text| standard(text, group, active))
        {
            return Some(to);
        }
        let fits = |text: &&str| match active.version {
            Version::V2 => is_dtmi_v2(text),
            _ => is_dtmi(text),
        };
        if let Some(id) = text.filter(fits) {
            return Some(To::Id(id));
        }
        let wanted: Vec<&str> = group.classes.iter().map(|class| class.name()).collect();
        let wanted = wanted.join(", ");
        let (rule, text) = match text {
            Some(text) if text.starts_with("dtmi:") => (
                Rule::IdGrammar,
                format!("\"{}\" is not a DTMI. Correct it.", shown(text)),
            ),
            Some(text) if group.schema => (
                Rule::ElementForm,
                format!(
                    "\"{}\" is no schema of {}. Use one such as \"double\", or define one of: {wanted}.",
                    shown(text),
                    active.version
                ),
            ),
            _ => (
                Rule::ElementForm,
                format!(
                    "This should be an object, or the DTMI of one, of: {wanted}. It is {}.",
                    view.sort()
                ),
            ),
        };
        self.faults.add(view, rule, text);
        None
    }
}

/// Whether a member has the name of a property, as a term or as a DTMI.
fn names(term: &str, name: &str, version: Version) -> bool {
    if name == term {
        return true;
    }
    let rest = name
        .strip_prefix("dtmi:dtdl:property:")
        .and_then(|rest| rest.strip_prefix(term));
    rest.is_some_and(|rest| {
        rest.strip_prefix(';')
            .is_some_and(|number| number == version.number().to_string())
    })
}

/// The schema of a term: a primitive one, or the units of a type of unit.
fn standard<'a>(text: &str, group: Group, active: &Active<'a>) -> Option<To<'a>> {
    let oldest = if group.older {
        Version::V2
    } else {
        active.version
    };
    let primitive = Primitive::named(text, active.version, oldest)
        .filter(|schema| !schema.is_partner() || active.has(Extension::IotCentral));
    if let Some(primitive) = primitive {
        return Some(To::Primitive(primitive));
    }
    let vocabulary = active
        .vocabulary()
        .filter(|_| active.version > Version::V2)?;
    let name = named(text, "enum", active).unwrap_or(text);
    unit_type(name, vocabulary).map(To::Units)
}
