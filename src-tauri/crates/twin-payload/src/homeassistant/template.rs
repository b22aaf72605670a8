//! Which value a template takes out of a message. Templates are a language of their own; the few forms are read that
//! devices use to name one value, and none is ever carried out.

/// Deepest nesting of parentheses.
const DEPTH_MAX: usize = 8;

/// What a template takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// Keys and places joined by `.`; empty for the whole payload.
    pub(super) path: String,
    pub(super) meaning: Meaning,
}

/// How sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The value as it was sent.
    Plain,
    /// A number computed from the value, so that unit and range are not the value's.
    Computed,
    /// Not understood: the path is that of the first value that it names.
    Unknown,
}

/// Filters that leave a value what it is.
const FILTERS: &[&str] = &[
    "abs",
    "bool",
    "default",
    "float",
    "int",
    "is_defined",
    "list",
    "lower",
    "round",
    "string",
    "title",
    "tojson",
    "trim",
    "upper",
];

/// Reads a template; none means the whole payload.
pub(super) fn read(template: Option<&str>) -> Taken {
    let Some(text) = template.map(str::trim).filter(|text| !text.is_empty()) else {
        return Taken {
            path: String::new(),
            meaning: Meaning::Plain,
        };
    };
    understood(text).unwrap_or_else(|| Taken {
        path: guess(text),
        meaning: Meaning::Unknown,
    })
}

fn understood(text: &str) -> Option<Taken> {
    let inner = text.strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let inner = inner.strip_suffix('-').unwrap_or(inner);
    if inner.contains("{{") || inner.contains("}}") || inner.contains("{%") {
        return None;
    }
    let mut reader = Reader {
        rest: inner,
        computed: false,
    };
    let path = reader.expression(DEPTH_MAX)?;
    reader.space();
    let meaning = if reader.computed {
        Meaning::Computed
    } else {
        Meaning::Plain
    };
    reader.rest.is_empty().then_some(Taken { path, meaning })
}

/// The path after the first `value_json`.
fn guess(text: &str) -> String {
    let after = text.split_once("value_json").map(|(_, after)| after);
    let mut reader = Reader {
        rest: after.unwrap_or_default(),
        computed: false,
    };
    reader.path().unwrap_or_default()
}

struct Reader<'t> {
    rest: &'t str,
    computed: bool,
}

impl<'t> Reader<'t> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, text: &str) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn word(&mut self) -> &'t str {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let end = self
            .rest
            .find(|c: char| !is_part(c))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// A value, its filters, and arithmetic with constants.
    fn expression(&mut self, depth: usize) -> Option<String> {
        self.space();
        let path = if self.take("(") {
            let path = self.expression(depth.checked_sub(1)?)?;
            self.take(")").then_some(path)?
        } else {
            match self.word() {
                "value" => String::new(),
                "value_json" => self.path()?,
                _ => return None,
            }
        };
        loop {
            self.space();
            if self.take("|") {
                self.space();
                let filter = self.word();
                if !FILTERS.contains(&filter) || !self.arguments() {
                    return None;
                }
            } else if self.rest.starts_with(['*', '/', '+', '-']) {
                self.rest = self.rest.get(1..)?;
                self.constant()?;
                self.computed = true;
            } else {
                return Some(path);
            }
        }
    }

    fn constant(&mut self) -> Option<f64> {
        self.space();
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let end = self
            .rest
            .find(|c: char| !is_part(c))
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        number.parse().ok()
    }

    /// Arguments of a filter, without parentheses in them.
    fn arguments(&mut self) -> bool {
        if !self.take("(") {
            return true;
        }
        let Some((inside, rest)) = self.rest.split_once(')') else {
            return false;
        };
        self.rest = rest;
        !inside.contains('(')
    }

    /// Steps into JSON: `.key`, `['key']`, `[0]`.
    fn path(&mut self) -> Option<String> {
        let mut path = String::new();
        let mut put = |step: &str| {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(step);
        };
        loop {
            if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                let word = self.word();
                if word.is_empty() || self.rest.starts_with('(') {
                    return None;
                }
                put(word);
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let (step, rest) = rest.split_once(']')?;
                self.rest = rest;
                let quoted = ['\'', '"'].iter().find_map(|quote| {
                    let inside = step.trim().strip_prefix(*quote)?.strip_suffix(*quote)?;
                    (!inside.contains(*quote)).then_some(inside)
                });
                let number = step.trim();
                let is_place = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
                put(quoted.or(is_place.then_some(number))?);
            } else {
                return Some(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_name_one_value() {
        use Meaning::{Computed, Plain, Unknown};
        for (template, path, meaning) in [
            ("{{ value }}", "", Plain),
            ("{{value|float}}", "", Plain),
            ("{{ value_json.temperature }}", "temperature", Plain),
            (
                "{{ value_json.a.b[0]['c d'] | float(0) | round(1) }}",
                "a.b.0.c d",
                Plain,
            ),
            ("{{- value_json[\"x\"] | default('') -}}", "x", Plain),
            ("{{ value_json.t / 10 }}", "t", Computed),
            ("{{ (value_json.t | float) * 1.8 + 32 }}", "t", Computed),
            (
                "{{ value_json['ENERGY'].Power | is_defined }}",
                "ENERGY.Power",
                Plain,
            ),
            ("{% if value_json.a %}1{% endif %}", "a", Unknown),
            ("{{ value_json.a if value_json.b else 0 }}", "a", Unknown),
            ("{{ states('x') }}", "", Unknown),
            ("{{ value_json.get('x') }}", "", Unknown),
            ("{{ value_json.a + value_json.b }}", "a", Unknown),
            (
                "{{ value_json.a | regex_replace('(a)','b') }}",
                "a",
                Unknown,
            ),
            ("value", "", Unknown),
            ("  ", "", Plain),
        ] {
            let taken = read(Some(template));
            assert_eq!(
                (taken.path.as_str(), taken.meaning),
                (path, meaning),
                "{template}"
            );
        }
        assert_eq!(read(None).meaning, Plain);
        assert_eq!(read(Some(&"(".repeat(10_000))).meaning, Unknown);
        assert_eq!(
            read(Some(&format!("{{{{ {}value }}}}", "(".repeat(10_000)))).meaning,
            Unknown
        );
    }
}
