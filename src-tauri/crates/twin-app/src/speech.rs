//! What the program says outside its window, in the language of the window: notifications and the tray.
//!
//! English is written where a sentence is made ([`twin_core::said!`]); other languages come from the catalogue that the
//! window uses too, built into the program.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use twin_core::{Said, SaidValue, Sentence};

use crate::api::settings::Language;

/// The files of the catalogue that hold what is said here, in German.
const GERMAN: [&str; 2] = [
    include_str!("../../../../assets/locales/de/notice.ftl"),
    include_str!("../../../../assets/locales/de/tray.ftl"),
];

/// Says sentences in one language.
pub struct Speech {
    /// None: English, as the sentences have it.
    bundle: Option<FluentBundle<FluentResource>>,
}

impl Speech {
    /// In this language.
    pub fn new(language: Language) -> Self {
        let bundle = match language {
            Language::En => None,
            Language::De => german(),
        };
        Speech { bundle }
    }

    /// The words of a sentence; English where the catalogue does not have it.
    pub fn say(&self, said: &Said) -> String {
        match &self.bundle {
            Some(bundle) => words(bundle, said),
            None => said.to_string(),
        }
    }
}

fn words(bundle: &FluentBundle<FluentResource>, said: &Said) -> String {
    let one =
        |sentence: &Sentence| translated(bundle, sentence).unwrap_or_else(|| sentence.text.clone());
    let sentences: Vec<String> = said.sentences.iter().map(one).collect();
    sentences.join(" ")
}

fn german() -> Option<FluentBundle<FluentResource>> {
    let mut bundle = FluentBundle::new_concurrent(vec!["de".parse().ok()?]);
    // As in the window: both languages run from left to right, and the marks would show.
    bundle.set_use_isolating(false);
    for text in GERMAN {
        // What is wrong in a file is left out; a test holds that nothing is.
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    Some(bundle)
}

fn translated(bundle: &FluentBundle<FluentResource>, sentence: &Sentence) -> Option<String> {
    let pattern = bundle.get_message(&sentence.id)?.value()?;
    let mut values = FluentArgs::new();
    for (name, value) in &sentence.values {
        let value = match value {
            SaidValue::Count(count) => FluentValue::from(*count),
            SaidValue::Text(text) => FluentValue::from(with_comma(text)),
            SaidValue::Words(said) => FluentValue::from(words(bundle, said)),
        };
        values.set(name.as_ref(), value);
    }
    let mut errors = Vec::new();
    let words = bundle.format_pattern(pattern, Some(&values), &mut errors);
    errors.is_empty().then(|| words.into_owned())
}

/// A number with digits after the point, as German writes it; any other text as it is.
fn with_comma(text: &str) -> String {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part)) if digits(whole.trim_start_matches('-')) && digits(part) => {
            format!("{whole},{part}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use twin_core::said;

    use super::*;

    #[test]
    fn the_catalogue_has_no_faults() {
        for text in GERMAN {
            assert!(FluentResource::try_new(text.to_owned()).is_ok());
        }
    }

    #[test]
    fn a_sentence_is_said_in_the_language() {
        let said = said!(
            "notice-above-unit",
            "{value} {unit} above {limit} {unit}",
            value = "7.9",
            limit = "-0.1",
            unit = "mm/s"
        );
        assert_eq!(
            Speech::new(Language::En).say(&said),
            "7.9 mm/s above -0.1 mm/s"
        );
        assert_eq!(
            Speech::new(Language::De).say(&said),
            "7,9 mm/s über -0,1 mm/s"
        );
    }

    #[test]
    fn words_within_a_sentence_are_said_in_the_language_too() {
        let inner = said!(
            "notice-above",
            "{value} above {limit}",
            value = "7.9",
            limit = "7.1"
        );
        let outer = said!(
            "notice-high",
            "{asset} · {signal} high",
            asset = "Pump",
            signal = inner
        );
        let german = Speech::new(Language::De).say(&outer);
        assert!(german.contains("7,9 über 7,1"), "{german}");
    }

    #[test]
    fn what_the_catalogue_does_not_have_stays_in_english() {
        let both = said!("no-such-text", "Version {number}.", number = "1.2").and("Done.".into());
        assert_eq!(Speech::new(Language::De).say(&both), "Version 1.2. Done.");
        assert_eq!(with_comma("1.2.3"), "1.2.3");
        assert_eq!(with_comma("10.0.0.1:1883"), "10.0.0.1:1883");
    }
}
