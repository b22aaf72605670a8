//! What a table of the plant file is to say, key by key.

use toml_edit::{Array, Value};

/// The keys of a table, in the order in which new ones are written.
pub(super) struct Fields(pub(super) Vec<Field>);

/// One key.
pub(super) struct Field {
    pub(super) key: String,
    pub(super) want: Want,
}

/// What a key is to say.
pub(super) enum Want {
    Scalar(Box<Scalar>),
    /// An array of texts; empty is the default.
    Texts(Vec<String>),
    Table(Sub),
    List(List),
}

pub(super) struct Scalar {
    /// None says nothing.
    pub(super) value: Option<Value>,
    /// What is read when the key is absent; none when nothing can be written that means the same.
    pub(super) default: Option<Value>,
    /// Whether a new table says it even when it is the default.
    pub(super) is_always_said: bool,
    /// What texts mean, when several mean the same.
    pub(super) meaning: Option<fn(&str) -> Option<u64>>,
}

pub(super) struct Sub {
    /// None when there is to be no such table.
    pub(super) fields: Option<Fields>,
    /// Whether a new one is written on one line.
    pub(super) is_inline: bool,
    /// Whether keys that `fields` does not name are removed.
    pub(super) is_map: bool,
}

/// Tables that one of their keys tells apart.
pub(super) struct List {
    pub(super) id: &'static str,
    pub(super) items: Vec<Fields>,
    /// Whether a new list is an array of lines.
    pub(super) is_inline: bool,
}

impl Fields {
    pub(super) const fn new() -> Self {
        Fields(Vec::new())
    }

    fn with(mut self, key: &str, want: Want) -> Self {
        self.0.push(Field {
            key: key.to_owned(),
            want,
        });
        self
    }

    /// A key that every table has.
    pub(super) fn must(self, key: &str, value: impl Into<Value>) -> Self {
        let scalar = Scalar {
            value: Some(value.into()),
            default: None,
            is_always_said: true,
            meaning: None,
        };
        self.with(key, Want::Scalar(Box::new(scalar)))
    }

    /// A key with a default that a new table says all the same.
    pub(super) fn say<V: Into<Value>>(self, key: &str, value: V, default: V) -> Self {
        let scalar = Scalar {
            value: Some(value.into()),
            default: Some(default.into()),
            is_always_said: true,
            meaning: None,
        };
        self.with(key, Want::Scalar(Box::new(scalar)))
    }

    /// A key with a default that is left out.
    pub(super) fn may<V: Into<Value>>(self, key: &str, value: V, default: V) -> Self {
        let scalar = Scalar {
            value: Some(value.into()),
            default: Some(default.into()),
            is_always_said: false,
            meaning: None,
        };
        self.with(key, Want::Scalar(Box::new(scalar)))
    }

    /// A text that may be absent; empty means the same.
    pub(super) fn text(self, key: &str, value: Option<&str>) -> Self {
        self.may(key, value.unwrap_or_default(), "")
    }

    /// A value that may be absent.
    pub(super) fn option(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        let scalar = Scalar {
            value: value.map(Into::into),
            default: None,
            is_always_said: false,
            meaning: None,
        };
        self.with(key, Want::Scalar(Box::new(scalar)))
    }

    /// A size or an age, which several texts can say.
    pub(super) fn measure(
        self,
        key: &str,
        value: Option<String>,
        meaning: fn(&str) -> Option<u64>,
    ) -> Self {
        let scalar = Scalar {
            value: value.map(Value::from),
            default: None,
            is_always_said: false,
            meaning: Some(meaning),
        };
        self.with(key, Want::Scalar(Box::new(scalar)))
    }

    pub(super) fn texts(self, key: &str, texts: &[String]) -> Self {
        self.with(key, Want::Texts(texts.to_vec()))
    }

    pub(super) fn sub(self, key: &str, fields: Option<Fields>, is_inline: bool) -> Self {
        let sub = Sub {
            fields,
            is_inline,
            is_map: false,
        };
        self.with(key, Want::Table(sub))
    }

    /// A table whose keys are names.
    pub(super) fn map<'a>(
        self,
        key: &str,
        entries: impl Iterator<Item = (&'a String, &'a String)>,
    ) -> Self {
        let fields = entries.fold(Fields::new(), |fields, (key, value)| {
            fields.must(key, value.as_str())
        });
        let sub = Sub {
            fields: Some(fields),
            is_inline: false,
            is_map: true,
        };
        self.with(key, Want::Table(sub))
    }

    /// A table whose keys are names of points.
    pub(super) fn points<'a>(
        self,
        key: &str,
        points: impl Iterator<Item = (&'a String, [f64; 2])>,
    ) -> Self {
        let fields = points.fold(Fields::new(), |fields, (key, at)| {
            fields.must(key, at.into_iter().collect::<Array>())
        });
        let sub = Sub {
            fields: Some(fields),
            is_inline: false,
            is_map: true,
        };
        self.with(key, Want::Table(sub))
    }

    /// Tables on lines of an array, told apart by `id`.
    pub(super) fn lines(self, key: &str, id: &'static str, items: Vec<Fields>) -> Self {
        let list = List {
            id,
            items,
            is_inline: true,
        };
        self.with(key, Want::List(list))
    }

    /// Tables under headers of their own, told apart by `id`.
    pub(super) fn tables(self, key: &str, id: &'static str, items: Vec<Fields>) -> Self {
        let list = List {
            id,
            items,
            is_inline: false,
        };
        self.with(key, Want::List(list))
    }

    /// The text of a key.
    pub(super) fn id(&self, key: &str) -> Option<&str> {
        let field = self.0.iter().find(|field| field.key == key)?;
        match &field.want {
            Want::Scalar(scalar) => scalar.value.as_ref()?.as_str(),
            _ => None,
        }
    }

    /// Whether an absent table would say the same.
    pub(super) fn is_default(&self) -> bool {
        self.0.iter().all(|field| match &field.want {
            Want::Scalar(scalar) => scalar.is_default(),
            Want::Texts(texts) => texts.is_empty(),
            Want::Table(sub) => sub.fields.as_ref().is_none_or(Fields::is_default),
            Want::List(list) => list.items.is_empty(),
        })
    }
}

impl Scalar {
    pub(super) fn is_default(&self) -> bool {
        match (&self.value, &self.default) {
            (None, _) => true,
            (Some(value), Some(default)) => same(value, default),
            (Some(_), None) => false,
        }
    }

    /// Whether `old` says it already.
    pub(super) fn is_said_by(&self, old: &Value) -> bool {
        let said = self.value.as_ref().or(self.default.as_ref());
        let Some(said) = said else {
            return false;
        };
        let means = |value: &Value| self.meaning.and_then(|meaning| meaning(value.as_str()?));
        same(old, said) || means(old).is_some_and(|meant| Some(meant) == means(said))
    }
}

/// Whether two values mean the same, however they are written.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.value() == b.value(),
        (Value::Boolean(a), Value::Boolean(b)) => a.value() == b.value(),
        (Value::Integer(a), Value::Integer(b)) => a.value() == b.value(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => number(a).is_some_and(|a| number(b) == Some(a)),
    }
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_float()
        .or_else(|| value.as_integer().map(|integer| integer as f64))
}
