//! W3C Web of Things (WoT) Thing Descriptions, version 1.1.
//!
//! [`read`] takes one file and gives the Thing, as an asset type with the forms by which each signal can be had, or every
//! fault. Nothing is reached because a file names it: what comes out is a proposal. Source of the rules: WoT Thing
//! Description 1.1 (W3C Recommendation), and the MQTT and CoAP bindings of the WoT Binding Templates.

mod address;
mod form;
mod schema;
mod security;
mod thing;

use crate::twin_file::{
    Collector,
    json::{View, shown},
    parse,
};

pub use crate::twin_file::{Fault, Faults, LeftOut, Limits, Rule, Source};
pub use address::{Endpoint, Scheme};
pub use form::{Binding, Form};
pub use thing::{Link, Thing, ThingSignal};

const CONTEXTS: [&str; 2] = [
    "https://www.w3.org/2022/wot/td/v1.1",
    "https://www.w3.org/2019/wot/td/v1",
];

/// Reads a Thing Description.
///
/// # Errors
/// [`Faults`] when it breaks a rule, or when it is a Thing Model.
pub fn read(file: Source<'_>, limits: &Limits) -> Result<Thing, Faults> {
    let faults = Collector::new(limits.faults);
    let json = parse(file, 0, limits, limits.values, &faults);
    let thing = json.as_ref().and_then(|json| thing(json.root(), &faults));
    faults.finish()?;
    // What gives no Thing has a fault, so this is never taken.
    thing.ok_or_else(Faults::default)
}

fn thing(root: View<'_>, faults: &Collector) -> Option<Thing> {
    if !root.is_object() {
        let text = format!(
            "A Thing Description is an object, but this is {}.",
            root.sort()
        );
        faults.add(root, Rule::ThingForm, text);
        return None;
    }
    let types = root.get("@type").map(View::each).unwrap_or_default();
    if types
        .iter()
        .any(|item| item.text() == Some("tm:ThingModel"))
    {
        faults.add(
            root,
            Rule::ThingModel,
            "This is a Thing Model, which says what things of a kind have in common, not where one is. Import the Thing Description that was made of it.",
        );
        return None;
    }
    context(root, faults);
    let title = form::text(root, "title", faults);
    if root.get("title").is_none() {
        faults.add(root, Rule::ThingRequired, "There is no \"title\". Add one.");
    }
    let base = form::text(root, "base", faults);
    if let Some(base) = base
        && !address::is_absolute(base)
    {
        let text = format!(
            "\"base\" is \"{}\", which is no whole address. Begin with the scheme.",
            shown(base)
        );
        faults.add(root, Rule::ThingHref, text);
    }
    let common = form::Common {
        base,
        security: security::Security::read(root, faults),
    };
    let maker = thing::Maker::new(common, title.unwrap_or_default(), faults);
    Some(maker.thing(root))
}

/// The first context, or the only one, is that of Thing Descriptions.
fn context(root: View<'_>, faults: &Collector) {
    let Some(view) = root.get("@context") else {
        let text = format!(
            "There is no @context. Begin with \"@context\": \"{}\".",
            CONTEXTS[0]
        );
        faults.add(root, Rule::ThingContext, text);
        return;
    };
    let each = view.each();
    let first = each.first().and_then(|first| first.text());
    if !first.is_some_and(|first| CONTEXTS.contains(&first)) {
        let text = format!("The first context has to be \"{}\".", CONTEXTS[0]);
        faults.add(view, Rule::ThingContext, text);
    }
    for item in each {
        if item.text().is_none() && !item.is_object() {
            faults.add(
                item,
                Rule::ThingContext,
                "A context is a text or an object of prefixes.",
            );
        }
    }
}
