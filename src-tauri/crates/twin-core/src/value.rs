//! Values of signals.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The type of a value. The numbers are stored in history and sent to the UI: never reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ValueKind {
    /// The source said "no value".
    Null = 0,
    /// A number with a fraction.
    F64 = 1,
    /// A whole number.
    I64 = 2,
    /// On or off.
    Bool = 3,
    /// Text or the name of a state.
    Text = 4,
}

impl ValueKind {
    /// From its stored number.
    pub const fn from_code(code: u8) -> Option<ValueKind> {
        Some(match code {
            0 => ValueKind::Null,
            1 => ValueKind::F64,
            2 => ValueKind::I64,
            3 => ValueKind::Bool,
            4 => ValueKind::Text,
            _ => return None,
        })
    }
}

/// One value, as kept in a twin replica.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// The source said "no value".
    #[default]
    Null,
    /// On or off.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// A number with a fraction.
    F64(f64),
    /// Text or the name of a state.
    Text(Arc<str>),
}

impl Value {
    /// As a number for limits, models and trends: bool gives 0 or 1, text and null give none.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::F64(v) => Some(*v),
            Value::I64(v) => Some(*v as f64),
            Value::Bool(v) => Some(f64::from(u8::from(*v))),
            Value::Null | Value::Text(_) => None,
        }
    }

    /// Its type.
    pub const fn kind(&self) -> ValueKind {
        match self {
            Value::Null => ValueKind::Null,
            Value::Bool(_) => ValueKind::Bool,
            Value::I64(_) => ValueKind::I64,
            Value::F64(_) => ValueKind::F64,
            Value::Text(_) => ValueKind::Text,
        }
    }
}
