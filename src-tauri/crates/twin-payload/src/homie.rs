//! Homie 5, and Homie 4 with 3.
//!
//! Both put each property on a topic of its own and the value in it as text; they differ in how a device says what its
//! properties are: in one document, or in one retained message each. An address is the property's topic and `#value`.

mod attributes;
mod device4;
mod document;
mod five;
mod four;
mod value;

pub(crate) use five::Homie5;
pub(crate) use four::Homie4;
