//! What a run costs. One test, because memory is counted over all threads.

use twin_fuzz::{Broken, TIME_MAX, measured};

#[test]
fn what_costs_too_much_is_found() {
    let asking = |bytes: usize| {
        measured(10, || {
            std::hint::black_box(vec![0_u8; bytes]);
            Ok(())
        })
    };
    assert_eq!(asking(1_000), Ok(()));
    assert!(matches!(
        asking(64 * 1024 * 1024),
        Err(Broken::Memory { input: 10, .. })
    ));

    // One slow run is the machine, three are the reader.
    let mut runs = 0;
    let busy_once = measured(1, || {
        runs += 1;
        if runs == 1 {
            std::thread::sleep(TIME_MAX * 2);
        }
        Ok(())
    });
    assert_eq!(busy_once, Ok(()));
    let slow = measured(1, || {
        std::thread::sleep(TIME_MAX + TIME_MAX / 10);
        Ok(())
    });
    assert!(matches!(slow, Err(Broken::Slow(_))));
}
