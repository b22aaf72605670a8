//! Rows out of a tree.

use crate::{
    message::Message, observations::Cell, reader::Context, reject::Reject, stamp::Stamp, tree::Node,
};

/// Where rows go: the message's topic, the path so far, and what is known of them.
pub(crate) struct Sink<'s, 'c> {
    pub(crate) message: &'s Message<'s>,
    /// Kept between messages, so that its memory is reused.
    pub(crate) path: &'s mut String,
    pub(crate) stamp: Stamp,
    pub(crate) context: &'s mut Context<'c>,
}

impl Sink<'_, '_> {
    /// Does something at a path that is longer by a step, joined by `.`.
    pub(crate) fn at<T>(&mut self, step: &str, then: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 && !step.is_empty() && !self.path.ends_with('/') {
            self.path.push('.');
        }
        push_clean(self.path, step);
        let result = then(self);
        self.path.truncate(length);
        result
    }

    /// Adds one row. A text too long to be a signal counts as skipped.
    ///
    /// # Errors
    /// As [`Context::row`].
    pub(crate) fn cell(&mut self, cell: Cell<'_>) -> Result<(), Reject> {
        if matches!(cell, Cell::Text(text) if text.len() > self.context.limits.text_bytes) {
            self.context.skip_texts(1);
            return Ok(());
        }
        self.context
            .row((self.message.topic, self.path), cell, &self.stamp)
    }

    /// Adds one row a step further.
    ///
    /// # Errors
    /// As [`Context::row`].
    pub(crate) fn cell_at(&mut self, step: &str, cell: Cell<'_>) -> Result<(), Reject> {
        self.at(step, |sink| sink.cell(cell))
    }

    /// Adds one row a step further when there is a number.
    ///
    /// # Errors
    /// As [`Context::row`].
    pub(crate) fn number_at(&mut self, step: &str, number: Option<f64>) -> Result<(), Reject> {
        number.map_or(Ok(()), |number| self.cell_at(step, Cell::F64(number)))
    }

    /// Adds every value of a tree, with its path.
    ///
    /// # Errors
    /// As [`Context::row`].
    pub(crate) fn rows(&mut self, node: Node<'_>) -> Result<(), Reject> {
        if let Some(cell) = node.cell() {
            return self.cell(cell);
        }
        for (index, child) in node.children().enumerate() {
            let step = |sink: &mut Self| sink.rows(child);
            if node.is_array() {
                self.at_index(index, step)?;
            } else {
                self.at(child.key(), step)?;
            }
        }
        Ok(())
    }

    /// Adds every value of a tree a step further, when there is one.
    ///
    /// # Errors
    /// As [`Context::row`].
    pub(crate) fn rows_at(&mut self, step: &str, node: Option<Node<'_>>) -> Result<(), Reject> {
        node.map_or(Ok(()), |node| self.at(step, |sink| sink.rows(node)))
    }

    /// As [`at`](Self::at), the step being a place in an array.
    pub(crate) fn at_index<T>(&mut self, index: usize, then: impl FnOnce(&mut Self) -> T) -> T {
        let mut digits = [0_u8; 20];
        let mut rest = index;
        let mut start = digits.len();
        while start > 0 {
            start -= 1;
            if let Some(digit) = digits.get_mut(start) {
                *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let text = digits.get(start..).unwrap_or_default();
        self.at(std::str::from_utf8(text).unwrap_or("0"), then)
    }
}

/// A key becomes part of an address that people read, so it has no control characters.
pub(crate) fn push_clean(path: &mut String, key: &str) {
    let clean = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    if key.chars().any(char::is_control) {
        path.extend(key.chars().map(clean));
    } else {
        path.push_str(key);
    }
}
