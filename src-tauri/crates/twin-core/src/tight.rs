//! Lists that grow by little: of what there is for each of many topics, room for twice as many would be the most of it.

/// The least room that is made at once.
const ROOM_MIN: usize = 64;

/// Makes room for so many more, and for an eighth of what is there.
pub fn reserve<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 8).max(ROOM_MIN));
    }
}

/// Adds one.
pub fn push<T>(list: &mut Vec<T>, item: T) {
    reserve(list, 1);
    list.push(item);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_an_eighth_is_empty_and_it_seldom_grows() {
        let (mut list, mut grown) = (Vec::new(), 0);
        for number in 0..100_000 {
            let before = list.capacity();
            push(&mut list, number);
            grown += usize::from(list.capacity() != before);
            assert!(list.capacity() <= list.len() + (list.len() / 8).max(ROOM_MIN));
        }
        assert!(grown < 80, "{grown}");
        assert!(list.iter().copied().eq(0..100_000));
        reserve(&mut list, 50_000);
        assert!(list.capacity() >= 150_000);
    }
}
