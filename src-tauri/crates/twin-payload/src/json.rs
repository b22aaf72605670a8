//! JSON flattened to paths and values, in one pass and without an object a value.

mod flat;
mod parser;

pub(crate) use flat::{Flat, TimeNames, number_value};
pub(crate) use parser::{Scalar, Visit, parse};
