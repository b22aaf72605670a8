//! A list that is mostly short, and then takes no memory of its own.

use std::ops::Deref;

/// A list of items of which up to `N` lie in place.
#[derive(Clone, Debug)]
pub(super) struct Few<T, const N: usize> {
    here: [T; N],
    count: usize,
    /// All of them, when there are more.
    more: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Few<T, N> {
    /// An empty list with room for so many.
    pub(super) fn with_capacity(n: usize) -> Self {
        Few {
            here: [T::default(); N],
            count: 0,
            more: Vec::with_capacity(if n > N { n } else { 0 }),
        }
    }

    pub(super) fn push(&mut self, item: T) {
        if self.more.capacity() == 0 && self.count < N {
            self.here[self.count] = item;
            self.count += 1;
            return;
        }
        if self.more.is_empty() {
            self.more.extend_from_slice(&self.here[..self.count]);
        }
        self.more.push(item);
    }
}

impl<T, const N: usize> Deref for Few<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        if self.more.is_empty() {
            &self.here[..self.count]
        } else {
            &self.more
        }
    }
}

impl<T: Copy + Default, const N: usize> FromIterator<T> for Few<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items = items.into_iter();
        let mut few = Few::with_capacity(items.size_hint().0);
        items.for_each(|item| few.push(item));
        few
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list_however_long_it_becomes_and_whatever_was_expected() {
        for expected in 0..7 {
            let mut few = Few::<usize, 3>::with_capacity(expected);
            for n in 0..9 {
                assert_eq!(*few, (0..n).collect::<Vec<_>>()[..]);
                few.push(n);
            }
        }
        let few: Few<u8, 2> = (0..2).collect();
        assert_eq!((&*few, few.more.capacity()), (&[0, 1][..], 0));
    }
}
