//! `@context`: the version of the language and the extensions in use.

use std::rc::Rc;

use super::{
    dtmi::{is_dtmi, split},
    extension::{Edition, Extension},
    lang::{Bounds, Version},
    quantity::Since,
};
use crate::twin_file::{
    Collector, Rule,
    json::{View, shown},
};

/// Longest list of contexts that is read.
const CONTEXTS_MAX: usize = 64;

const LANGUAGE: &str = "dtmi:dtdl:context;";
const LIMITLESS: &str = "dtmi:dtdl:context;4#limitless";
const LIMITS: &str = "dtmi:dtdl:context;4#limits";

/// What is done with a context that names an extension nobody here knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownExtensions {
    /// As the version recommends: accepted in DTDL v2, refused from v3 on.
    #[default]
    ByVersion,
    /// Accepted: types and properties that may be its own are left unread.
    Accept,
    /// Refused.
    Refuse,
}

/// What is in force for an element and those within it.
#[derive(Clone, Debug)]
pub(super) struct Active<'a> {
    pub(super) version: Version,
    pub(super) bounds: Bounds,
    /// By base, the part before the semicolon.
    entries: Vec<(&'a str, Entry)>,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Known(Edition),
    Unknown,
}

impl Active<'_> {
    /// Whether an extension is in force that nobody here knows.
    pub(super) fn has_unknown(&self) -> bool {
        self.entries
            .iter()
            .any(|(_, entry)| matches!(entry, Entry::Unknown))
    }

    /// The extensions in force.
    pub(super) fn editions(&self) -> impl Iterator<Item = Edition> {
        self.entries.iter().filter_map(|(_, entry)| match entry {
            Entry::Known(edition) => Some(*edition),
            Entry::Unknown => None,
        })
    }

    /// The vocabulary of quantities in force.
    pub(super) fn vocabulary(&self) -> Option<Since> {
        match self.version {
            Version::V2 => Some(Since::Core),
            _ => self.editions().find_map(Edition::vocabulary),
        }
    }

    pub(super) fn has(&self, extension: Extension) -> bool {
        self.editions()
            .any(|edition| edition.extension == extension)
    }
}

/// Reads the context of an element that stands in another one, or of an outermost one. Without `parent`, none comes
/// back when the version of the language cannot be told.
pub(super) fn read<'a>(
    element: View<'a>,
    parent: Option<&Rc<Active<'a>>>,
    unknown: UnknownExtensions,
    faults: &Collector,
) -> Option<Rc<Active<'a>>> {
    let Some(view) = element.get("@context") else {
        if parent.is_none() {
            faults.add(
                element,
                Rule::ContextRequired,
                "There is no @context. Begin with \"@context\": \"dtmi:dtdl:context;3\" or the version that the model is written in.",
            );
        }
        return parent.cloned();
    };
    let texts = texts(view, faults)?;
    let stated = language(&texts, parent.is_none(), view, faults)?;
    let mut active = match parent {
        Some(parent) => Active::clone(parent),
        None => Active {
            version: Version::V3,
            bounds: Bounds::Core,
            entries: Vec::new(),
        },
    };
    if let Some(version) = stated {
        active.version = version;
    }
    order(&texts, active.version, faults);
    for (text, at) in texts {
        extend(&mut active, text, at, unknown, faults);
    }
    Some(Rc::new(active))
}

/// The contexts as texts; none when one is not a text or not an identifier with a version.
fn texts<'a>(view: View<'a>, faults: &Collector) -> Option<Vec<(&'a str, View<'a>)>> {
    let each = view.each();
    if each.len() > CONTEXTS_MAX {
        let text = format!(
            "There are more than {CONTEXTS_MAX} contexts. Leave out those that are not needed."
        );
        faults.add(view, Rule::ContextForm, text);
        return None;
    }
    let mut texts = Vec::with_capacity(each.len());
    let mut good = true;
    for item in each {
        let Some(text) = item.text() else {
            let text = format!(
                "A context is a text such as \"dtmi:dtdl:context;3\", but {} stands here.",
                item.sort()
            );
            faults.add(item, Rule::ContextForm, text);
            good = false;
            continue;
        };
        let fragment = text == LIMITLESS || text == LIMITS;
        let versioned = is_dtmi(text) && text.contains(';');
        if !fragment && !versioned {
            let text = format!(
                "\"{}\" is not a DTMI with a version. Write the context as its extension names it, such as \"dtmi:dtdl:context;3\".",
                shown(text)
            );
            faults.add(item, Rule::ContextDtmi, text);
            good = false;
            continue;
        }
        texts.push((text, item));
    }
    good.then_some(texts)
}

/// The version that the contexts state, if any; the outer option is none after a fault.
fn language(
    texts: &[(&str, View<'_>)],
    outermost: bool,
    view: View<'_>,
    faults: &Collector,
) -> Option<Option<Version>> {
    let mut stated = None;
    for (text, at) in texts {
        let Some(number) = text.strip_prefix(LANGUAGE) else {
            continue;
        };
        stated = Version::ALL.into_iter().find(|version| {
            version.number().to_string()
                == number
                    .trim_end_matches("#limitless")
                    .trim_end_matches("#limits")
        });
        if stated.is_none() {
            let text = format!(
                "\"{}\" is not a version of the language that is known. Versions 2, 3 and 4 are.",
                shown(text)
            );
            faults.add(*at, Rule::ContextVersion, text);
            return None;
        }
    }
    if outermost && stated.is_none() {
        faults.add(
            view,
            Rule::ContextRequired,
            "The context names no version of the language. Put \"dtmi:dtdl:context;3\", or the version that the model is written in, first.",
        );
        return None;
    }
    Some(stated)
}

/// The language comes first, and limits where they belong.
fn order(texts: &[(&str, View<'_>)], version: Version, faults: &Collector) {
    let first_other = texts
        .iter()
        .position(|(text, _)| !text.starts_with(LANGUAGE) && !text.starts_with("dtmi:iotcentral:"))
        .unwrap_or(texts.len());
    for (place, (text, at)) in texts.iter().enumerate() {
        if text.starts_with(LANGUAGE) && *text != LIMITS && place > first_other {
            let text = format!("\"{text}\" stands behind an extension. Put the language first.");
            faults.add(*at, Rule::ContextOrder, text);
        }
        let before = place.checked_sub(1).and_then(|place| texts.get(place));
        let after_limitless = before.is_some_and(|(text, _)| *text == LIMITLESS);
        let limits = *text == LIMITS || bounds(text).is_some();
        if limits && (version != Version::V4 || !after_limitless) {
            let text = format!("\"{text}\" has to stand right behind \"{LIMITLESS}\".");
            faults.add(*at, Rule::ContextLimits, text);
        }
        let after = texts.get(place + 1).map(|(text, _)| *text);
        let followed = after.is_some_and(|text| {
            text == LIMITS || text == "dtmi:dtdl:context;4" || bounds(text).is_some()
        });
        if *text == LIMITLESS && !followed {
            let text = format!("\"{text}\" has to be followed by the limits that are in force.");
            faults.add(*at, Rule::ContextLimits, text);
        }
    }
}

fn bounds(text: &str) -> Option<Bounds> {
    match text {
        "dtmi:dtdl:limits:onvif;1" => Some(Bounds::Onvif),
        "dtmi:dtdl:limits:aio;1" => Some(Bounds::Aio),
        _ => None,
    }
}

/// Brings one context into force.
fn extend<'a>(
    active: &mut Active<'a>,
    text: &'a str,
    at: View<'_>,
    unknown: UnknownExtensions,
    faults: &Collector,
) {
    if text.starts_with(LANGUAGE) {
        active.bounds = Bounds::Core;
        return;
    }
    if let Some(bounds) = bounds(text) {
        active.bounds = bounds;
        return;
    }
    let (base, version) = split(text);
    let number = version.and_then(|version| version.parse().ok());
    let edition = number.and_then(|number| Extension::edition(base, number, active.version));
    let accepted = match unknown {
        UnknownExtensions::ByVersion => active.version == Version::V2,
        UnknownExtensions::Accept => true,
        UnknownExtensions::Refuse => false,
    };
    let entry = match edition {
        Some(edition) => Entry::Known(edition),
        None => {
            if !accepted {
                let text = format!(
                    "The extension \"{}\" is not known, or not made for {}. Leave it out, or correct its version.",
                    shown(text),
                    active.version
                );
                faults.add(at, Rule::ContextExtension, text);
            }
            Entry::Unknown
        }
    };
    match active.entries.iter_mut().find(|(known, _)| *known == base) {
        Some((_, known)) => *known = entry,
        None => active.entries.push((base, entry)),
    }
}
