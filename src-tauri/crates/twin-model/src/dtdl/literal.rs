//! Values: bare ones, value objects, and texts in several languages.

use super::lang::Version;
use crate::twin_file::{
    Collector, Rule,
    json::{Kind, View, shown},
};

/// What a literal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Whole,
    Truth,
}

/// Texts by language; none stands for a text without one.
pub(super) type Texts<'a> = Vec<(Option<&'a str>, &'a str)>;

impl Sort {
    const fn name(self) -> &'static str {
        match self {
            Sort::Text => "a text",
            Sort::Whole => "a whole number of 4 bytes",
            Sort::Truth => "true or false",
        }
    }

    const fn xsd(self) -> &'static str {
        match self {
            Sort::Text => "string",
            Sort::Whole => "integer",
            Sort::Truth => "boolean",
        }
    }

    fn fits(self, view: View<'_>) -> bool {
        match self {
            Sort::Text => view.text().is_some(),
            Sort::Whole => view
                .whole()
                .is_some_and(|whole| i32::try_from(whole).is_ok()),
            Sort::Truth => view.bool().is_some(),
        }
    }
}

/// The one value of a property; `Ok(None)` for an empty array. `Err` after a fault.
pub(super) fn single<'a>(
    view: View<'a>,
    rule: Rule,
    faults: &Collector,
) -> Result<Option<View<'a>>, ()> {
    let Some(mut items) = view.items() else {
        return Ok(Some(view));
    };
    if items.len() > 1 {
        let text = format!(
            "There are {} values where one can be. Keep one.",
            items.len()
        );
        faults.add(view, rule, text);
        return Err(());
    }
    Ok(items.next())
}

/// A literal: the value itself, or an object that holds it as `@value`. None when it is absent or at fault.
pub(super) fn literal<'a>(
    view: View<'a>,
    sort: Sort,
    version: Version,
    faults: &Collector,
) -> Option<View<'a>> {
    let view = single(view, Rule::LiteralCount, faults).ok()??;
    if !view.is_object() {
        if sort.fits(view) {
            return Some(view);
        }
        let text = format!("This should be {}, but is {}.", sort.name(), view.sort());
        faults.add(view, Rule::LiteralForm, text);
        return None;
    }
    let mut good = true;
    for (name, member) in view.members() {
        good &= match name {
            "@value" => true,
            "@type" => typed(member, sort, faults),
            _ => keyword(name, member, version, faults),
        };
    }
    let Some(value) = view.get("@value") else {
        let text = format!("A value object needs \"@value\" with {}.", sort.name());
        faults.add(view, Rule::LiteralForm, text);
        return None;
    };
    if !sort.fits(value) {
        let text = format!(
            "\"@value\" should be {}, but is {}.",
            sort.name(),
            value.sort()
        );
        faults.add(value, Rule::LiteralForm, text);
        return None;
    }
    good.then_some(value)
}

fn typed(view: View<'_>, sort: Sort, faults: &Collector) -> bool {
    let stated = match view.items() {
        Some(mut items) if items.len() == 1 => items.next().and_then(View::text),
        Some(_) => None,
        None => view.text(),
    };
    let xsd = sort.xsd();
    let fits = stated.is_some_and(|stated| {
        let name = stated
            .strip_prefix("xsd:")
            .or_else(|| stated.strip_prefix("http://www.w3.org/2001/XMLSchema#"));
        name == Some(xsd)
    });
    if !fits {
        let text = format!("\"@type\" of this value has to be \"xsd:{xsd}\", or be left out.");
        faults.add(view, Rule::LiteralType, text);
    }
    fits
}

/// A member of a value object that is neither the value nor what is known beside it.
fn keyword(name: &str, view: View<'_>, version: Version, faults: &Collector) -> bool {
    let tolerated = version == Version::V2
        && name.starts_with('@')
        && !["@id", "@context", "@graph"].contains(&name);
    if !tolerated {
        let text = format!(
            "\"{}\" does not belong in a value object. Remove it.",
            shown(name)
        );
        faults.add(view, Rule::LiteralForm, text);
    }
    tolerated
}

/// A text for people: a text, a map of languages, or an array of texts and of objects with `@value` and `@language`.
pub(super) fn texts<'a>(
    view: View<'a>,
    version: Version,
    most: usize,
    faults: &Collector,
) -> Texts<'a> {
    let mut texts = Vec::new();
    match view.kind() {
        Kind::Text(_) => texts.extend(view.text().map(|text| (None, text, view))),
        Kind::Object(_) => {
            for (language, member) in view.members() {
                tag(language, member, faults);
                match member.text() {
                    Some(text) => texts.push((Some(language), text, member)),
                    None => refuse(member, faults),
                }
            }
        }
        Kind::Array(_) => {
            let items = view.items().into_iter().flatten();
            texts.extend(items.filter_map(|item| tagged(item, version, faults)));
            one_a_language(&texts, faults);
        }
        _ => refuse(view, faults),
    }
    for (_, text, at) in &texts {
        length(text, most, *at, faults);
    }
    texts
        .into_iter()
        .map(|(language, text, _)| (language, text))
        .collect()
}

fn refuse(view: View<'_>, faults: &Collector) {
    let text = format!(
        "This should be a text, or texts by language such as {{\"en\": \"Pump\"}}, but is {}.",
        view.sort()
    );
    faults.add(view, Rule::LanguageForm, text);
}

/// An item of an array of texts.
fn tagged<'a>(
    item: View<'a>,
    version: Version,
    faults: &Collector,
) -> Option<(Option<&'a str>, &'a str, View<'a>)> {
    if let Some(text) = item.text() {
        return Some((None, text, item));
    }
    if !item.is_object() {
        refuse(item, faults);
        return None;
    }
    let mut language = None;
    for (name, member) in item.members() {
        let tolerated = version == Version::V2
            && name.starts_with('@')
            && !["@id", "@context", "@graph"].contains(&name);
        match name {
            "@value" => {}
            "@language" => match member.text() {
                Some(text) => {
                    tag(text, member, faults);
                    language = Some(text);
                }
                None => faults.add(
                    member,
                    Rule::LanguageTag,
                    "A language is a text such as \"en\".",
                ),
            },
            _ if tolerated => {}
            _ => {
                let text = format!(
                    "\"{}\" does not belong here: an object in an array of texts has \"@value\" and \"@language\" only.",
                    shown(name)
                );
                faults.add(member, Rule::LanguageForm, text);
            }
        }
    }
    let Some(value) = item.get("@value") else {
        faults.add(
            item,
            Rule::LanguageForm,
            "An object in an array of texts needs \"@value\" with the text. Write {\"@value\": .., \"@language\": ..}.",
        );
        return None;
    };
    let Some(text) = value.text() else {
        refuse(value, faults);
        return None;
    };
    Some((language, text, value))
}

fn one_a_language(texts: &[(Option<&str>, &str, View<'_>)], faults: &Collector) {
    let mut seen = std::collections::HashSet::new();
    for (language, _, at) in texts {
        // The specification counts a text without a language as English.
        let language = language.unwrap_or("en");
        if !seen.insert(language) {
            let text = format!(
                "There is another text for the language \"{}\". Keep one.",
                shown(language)
            );
            faults.add(*at, Rule::LanguageUnique, text);
        }
    }
}

/// A tag: two to four small letters, then a script such as `Hans`, then a region such as `CN` or `419`.
fn tag(language: &str, at: View<'_>, faults: &Collector) {
    let mut parts = language.split('-').peekable();
    let primary = parts.next().unwrap_or("");
    let mut good =
        (2..=4).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase());
    let script = |part: &str| {
        part.len() == 4
            && part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.bytes().skip(1).all(|byte| byte.is_ascii_lowercase())
    };
    let region = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase()))
            || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    parts.next_if(|part| script(part));
    parts.next_if(|part| region(part));
    good &= parts.next().is_none();
    if !good {
        let text = format!(
            "\"{}\" is not a language tag such as \"en\", \"pt-BR\" or \"zh-Hans-CN\".",
            shown(language)
        );
        faults.add(at, Rule::LanguageTag, text);
    }
}

/// A text of at most so many characters.
pub(super) fn length(text: &str, most: usize, at: View<'_>, faults: &Collector) {
    let characters = text.chars().count();
    if characters > most {
        let text = format!("The text has {characters} characters, more than {most}. Shorten it.");
        faults.add(at, Rule::TextLength, text);
    }
}
