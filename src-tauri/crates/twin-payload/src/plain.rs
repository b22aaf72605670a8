//! Payloads of no convention: JSON when they look like it, else one bare value.

use crate::{
    bare::{self, Payload},
    convention::Convention,
    json::TimeNames,
    message::Message,
    reader::{Context, Reader},
    reject::Reject,
    stamp::Stamp,
};

/// Reads JSON of unknown origin and bare values.
#[derive(Debug, Default)]
pub(crate) struct Plain;

impl Reader for Plain {
    fn convention(&self) -> Convention {
        Convention::Json
    }

    fn claims(&self, _: &Message<'_>) -> bool {
        true
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        if read(message, TimeNames::GENERIC, context)? == Shape::Bare {
            context.speak(Convention::Bare);
        }
        Ok(())
    }
}

/// What a payload turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// No signal: empty, or a text too long.
    Nothing,
    /// JSON.
    Json,
    /// One value.
    Bare,
}

/// Adds the values of a payload at the message's topic.
pub(crate) fn read(
    message: &Message<'_>,
    names: TimeNames,
    context: &mut Context<'_>,
) -> Result<Shape, Reject> {
    Ok(
        match bare::read(message.payload, context.limits, names, context.flat)? {
            Payload::Empty => Shape::Nothing,
            Payload::TooLong => {
                context.skip_texts(1);
                Shape::Nothing
            }
            Payload::Value(cell) => {
                context.row((message.topic, ""), cell, &Stamp::of(None, message))?;
                Shape::Bare
            }
            Payload::Json => {
                context.flat_rows(message.topic, message, |_| true)?;
                Shape::Json
            }
        },
    )
}
