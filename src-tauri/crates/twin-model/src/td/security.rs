//! Security definitions: which schemes a form asks for. Secrets are never in a Thing Description.

use std::collections::BTreeMap;

use crate::twin_file::{
    Collector, Rule,
    json::{View, shown},
};

/// The definitions of a Thing, and which of them hold where a form does not say.
#[derive(Default)]
pub(super) struct Security<'a> {
    /// Scheme by name.
    definitions: BTreeMap<&'a str, &'a str>,
    default: Vec<&'a str>,
}

impl<'a> Security<'a> {
    /// Reads `securityDefinitions` and `security` of a Thing.
    pub(super) fn read(thing: View<'a>, faults: &Collector) -> Self {
        let mut security = Security::default();
        match thing.get("securityDefinitions") {
            Some(view) if view.is_object() => {
                for (name, definition) in view.members() {
                    security.define(name, definition, faults);
                }
                if security.definitions.is_empty() && view.members().next().is_none() {
                    faults.add(view, Rule::ThingRequired, "\"securityDefinitions\" is empty. Add one, such as {\"none\": {\"scheme\": \"nosec\"}}.");
                }
            }
            Some(view) => faults.add(view, Rule::ThingForm, "\"securityDefinitions\" has to be an object."),
            None => faults.add(
                thing,
                Rule::ThingRequired,
                "There are no \"securityDefinitions\". Add them, such as {\"none\": {\"scheme\": \"nosec\"}}.",
            ),
        }
        if thing.get("security").is_none() {
            faults.add(
                thing,
                Rule::ThingRequired,
                "There is no \"security\". Name the definitions that hold.",
            );
        }
        security.default = security.names(thing, faults);
        security
    }

    fn define(&mut self, name: &'a str, definition: View<'a>, faults: &Collector) {
        match definition.get("scheme").and_then(View::text) {
            Some(scheme) => {
                self.definitions.insert(name, scheme);
            }
            None => {
                let text = "A security definition has to be an object with \"scheme\", such as \"nosec\" or \"basic\".";
                faults.add(definition, Rule::ThingForm, text);
            }
        }
    }

    /// The definitions that a `security` names.
    fn names(&self, owner: View<'a>, faults: &Collector) -> Vec<&'a str> {
        let Some(view) = owner.get("security") else {
            return Vec::new();
        };
        let each = view.each();
        if each.is_empty() {
            faults.add(
                view,
                Rule::ThingRequired,
                "\"security\" is empty. Name the definitions that hold.",
            );
        }
        let mut names = Vec::new();
        for item in each {
            match item.text() {
                Some(name) if self.definitions.contains_key(name) => names.push(name),
                Some(name) => {
                    let text = format!(
                        "\"{}\" is in no security definition. Correct the name, or define it.",
                        shown(name)
                    );
                    faults.add(item, Rule::ThingSecurity, text);
                }
                None => faults.add(
                    item,
                    Rule::ThingForm,
                    "\"security\" has to be a text or an array of texts.",
                ),
            }
        }
        names
    }

    /// The schemes that hold for a form, or for the whole Thing.
    pub(super) fn schemes(&self, form: View<'a>, faults: &Collector) -> Vec<String> {
        let own = self.names(form, faults);
        let names = match form.get("security") {
            Some(_) => &own,
            None => &self.default,
        };
        let schemes = names.iter().filter_map(|name| self.definitions.get(name));
        schemes.map(|scheme| (*scheme).to_owned()).collect()
    }
}
