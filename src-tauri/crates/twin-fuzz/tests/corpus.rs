//! Every seed of every target holds, without an engine.

use twin_fuzz::{TARGETS, seeds};

#[test]
fn every_seed_holds() {
    for target in TARGETS {
        for (number, seed) in seeds(target).unwrap().iter().enumerate() {
            let result = target.run(&seed.write());
            assert_eq!(result, Ok(()), "{} seed {number}: {seed:?}", target.name);
        }
    }
}
