//! JSON flattened to paths and values, in one pass and without an object a value.

mod flat;
mod parser;
mod times;

pub(crate) use flat::{Flat, number_value};
pub(crate) use parser::{Scalar, Visit, parse};
pub(crate) use times::TimeNames;
