//! Rules that map the addresses of many assets at once.

use std::{borrow::Cow, collections::BTreeMap};

use twin_core::{ConnectionId, Said, said};

/// A rule that makes assets of one type out of the addresses that fit it, when they are first heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Stable id.
    pub id: String,
    /// The connection it listens to.
    pub connection: ConnectionId,
    /// What the topic of an address looks like: an MQTT filter in whose levels `{x}` captures text.
    pub filter: String,
    /// What the path after the topic looks like; `{x}` captures text.
    pub path: String,
    /// Id of the type that the assets are of.
    pub type_id: String,
    /// Id of the asset, made of captures.
    pub asset: String,
    /// Display name of the asset, made of captures; none is what `asset` gives, unescaped.
    pub name: Option<String>,
    /// Id of the place that the asset stands in, made of captures.
    pub place: Option<String>,
    /// What the source calls the signal, made of captures.
    pub signal: String,
    /// What the source calls single signals, by signal id; others it calls by their id.
    pub signals: BTreeMap<String, String>,
}

/// Most assets that one rule may make; what comes beyond is left unmapped and to be said.
pub const MAPPED_ASSETS_MAX: usize = 10_000;
/// Most rules of a plant.
pub(crate) const MAPPINGS_MAX: usize = 1_000;
/// Most captures of a rule.
const CAPTURES_MAX: usize = 16;

impl Mapping {
    /// The MQTT filter of its topics, each level with a capture as `+`.
    pub fn topics(&self) -> String {
        let level = |level: &str| match Text::parse(level) {
            Ok(text) if text.has_capture() => "+".to_owned(),
            Ok(text) => text.fill(&Captured::default(), |_| Cow::Borrowed("")),
            Err(_) => level.to_owned(),
        };
        let levels: Vec<String> = self.filter.split('/').map(level).collect();
        levels.join("/")
    }
}

/// A text with captures: `pump-{number}`. `{{` and `}}` are the braces themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Capture(String),
}

/// What was captured, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Captured<'a>(Vec<(String, &'a str)>);

impl Captured<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, text)| *text)
    }
}

impl Text {
    /// Reads a text with captures.
    ///
    /// # Errors
    /// What is wrong, in words that follow the text.
    pub(crate) fn parse(text: &str) -> Result<Text, Said> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '{' | '}' if rest.peek() == Some(&c) => {
                    rest.next();
                    plain.push(c);
                }
                '{' => {
                    let name: String = rest.by_ref().take_while(|c| *c != '}').collect();
                    let is_name =
                        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                    if name.is_empty() || !name.chars().all(is_name) {
                        return Err(no_capture(&name));
                    }
                    if !plain.is_empty() {
                        pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                    }
                    pieces.push(Piece::Capture(name));
                }
                '}' => return Err(no_brace()),
                c => plain.push(c),
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        Ok(Text(pieces))
    }

    pub(crate) fn has_capture(&self) -> bool {
        self.captures().next().is_some()
    }

    pub(crate) fn captures(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Capture(name) => Some(name.as_str()),
            Piece::Plain(_) => None,
        })
    }

    /// The parts that are no captures.
    pub(crate) fn plain(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Plain(text) => Some(text.as_str()),
            Piece::Capture(_) => None,
        })
    }

    /// Whether two captures stand side by side, so that nobody could say where one ends.
    fn is_undivided(&self) -> bool {
        self.0
            .windows(2)
            .any(|pair| matches!(pair, [Piece::Capture(_), Piece::Capture(_)]))
    }

    /// Matches the whole of `text`; a capture takes at least one character, and ends at the first text that follows it.
    fn capture<'a>(&self, mut text: &'a str, into: &mut Captured<'a>) -> bool {
        let mut pieces = self.0.as_slice();
        while let [piece, after @ ..] = pieces {
            pieces = after;
            let name = match piece {
                Piece::Capture(name) => name,
                Piece::Plain(plain) => match text.strip_prefix(plain.as_str()) {
                    Some(rest) => {
                        text = rest;
                        continue;
                    }
                    None => return false,
                },
            };
            let end = match after {
                [] => Some(text.len()),
                // The last text has to end it all.
                [Piece::Plain(last)] => text.len().checked_sub(last.len()),
                [Piece::Plain(next), ..] => text.find(next.as_str()),
                [Piece::Capture(_), ..] => None,
            };
            let Some((captured, rest)) = end.and_then(|end| text.split_at_checked(end)) else {
                return false;
            };
            if captured.is_empty() {
                return false;
            }
            into.0.push((name.clone(), captured));
            text = rest;
        }
        text.is_empty()
    }

    /// The text with every capture filled in, each through `escape`.
    pub(crate) fn fill(
        &self,
        captured: &Captured<'_>,
        escape: for<'t> fn(&'t str) -> Cow<'t, str>,
    ) -> String {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(text) => filled.push_str(text),
                Piece::Capture(name) => {
                    filled.push_str(&escape(captured.get(name).unwrap_or_default()));
                }
            }
        }
        filled
    }
}

fn no_capture(name: &str) -> Said {
    said!(
        "plantfile-no-capture",
        "\"{capture}\" is no capture; name it with a-z, 0-9 and `_`, and write braces as {open} and {close}",
        capture = format!("{{{name}}}"),
        open = "{{",
        close = "}}"
    )
}

fn no_brace() -> Said {
    said!(
        "plantfile-no-brace",
        "has a `{close}` without a `{open}`; write {both} for the brace itself",
        close = "}",
        open = "{",
        both = "}}"
    )
}

/// What an address looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    levels: Vec<Level>,
    path: Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Level {
    Text(Text),
    Any,
    Rest,
}

impl Pattern {
    /// Reads topic and path of a rule.
    ///
    /// # Errors
    /// The key at fault, and what is wrong in words that follow its text.
    pub(crate) fn parse(filter: &str, path: &str) -> Result<Pattern, (&'static str, Said)> {
        let mut levels = Vec::new();
        for level in filter.split('/') {
            levels.push(match level {
                "+" => Level::Any,
                "#" => Level::Rest,
                level => {
                    let text = Text::parse(level).map_err(|fault| ("filter", fault))?;
                    if text.captures().count() > 1 {
                        let fault = said!(
                            "plantfile-captures-level",
                            "captures twice in one level; one capture a level is possible"
                        );
                        return Err(("filter", fault));
                    }
                    Level::Text(text)
                }
            });
        }
        let path = Text::parse(path).map_err(|fault| ("path", fault))?;
        if path.is_undivided() {
            let fault = said!(
                "plantfile-captures-beside",
                "has two captures side by side; write what stands between them"
            );
            return Err(("path", fault));
        }
        let pattern = Pattern { levels, path };
        let names: Vec<&str> = pattern.captures().collect();
        for (at, name) in names.iter().enumerate() {
            if names.iter().skip(at + 1).any(|other| other == name) {
                return Err((
                    "filter",
                    said!(
                        "plantfile-captures-twice",
                        "captures \"{name}\" twice; name each once",
                        name = *name
                    ),
                ));
            }
        }
        if names.len() > CAPTURES_MAX {
            let fault = said!(
                "plantfile-captures",
                "has more than {count} captures",
                count = CAPTURES_MAX
            );
            return Err(("filter", fault));
        }
        Ok(pattern)
    }

    /// Names of the captures.
    pub(crate) fn captures(&self) -> impl Iterator<Item = &str> {
        let levels = self.levels.iter().filter_map(|level| match level {
            Level::Text(text) => Some(text),
            Level::Any | Level::Rest => None,
        });
        levels.chain([&self.path]).flat_map(Text::captures)
    }

    /// What it captures of an address; none when the address does not fit.
    pub(crate) fn resolve<'a>(&self, topic: &'a str, path: &'a str) -> Option<Captured<'a>> {
        let mut captured = Captured::default();
        let mut heard = topic.split('/');
        let mut has_rest = false;
        for level in &self.levels {
            let fits = match level {
                Level::Rest => {
                    has_rest = true;
                    break;
                }
                Level::Any => heard.next().is_some(),
                Level::Text(text) => heard
                    .next()
                    .is_some_and(|heard| text.capture(heard, &mut captured)),
            };
            if !fits {
                return None;
            }
        }
        let fits = (has_rest || heard.next().is_none()) && self.path.capture(path, &mut captured);
        fits.then_some(captured)
    }
}
