//! The rising main and the pumps that feed it: the operating point is where the pumps' curves in parallel meet the
//! system's curve. Textbook pump hydraulics (affinity laws, quadratic losses in fully turbulent flow).

/// Density of water times gravity, N/m³.
pub(super) const WEIGHT: f64 = 998.2 * 9.81;

/// Pressure of a head of water: metres to bar.
pub(super) fn bar(head_m: f64) -> f64 {
    head_m * WEIGHT * 1e-5
}

/// What a pump can do at its present speed: `head = shutoff - curve * flow²`, m and m³/h.
#[derive(Clone, Copy, Debug)]
pub(super) struct PumpCurve {
    pub(super) shutoff: f64,
    pub(super) curve: f64,
}

impl PumpCurve {
    /// Flow against `head`, m³/h; the check valve lets nothing back.
    fn flow(self, head: f64) -> f64 {
        ((self.shutoff - head) / self.curve).max(0.0).sqrt()
    }
}

/// What the main asks for: `head = lift + loss * flow²`, m and m³/h.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemCurve {
    pub(super) lift: f64,
    pub(super) loss: f64,
}

/// Flow of each pump (m³/h) and the common head (m), by bisection on the total flow: the pumps' total falls with it, so
/// there is exactly one crossing.
pub(super) fn operating_point<const N: usize>(
    pumps: [PumpCurve; N],
    system: SystemCurve,
) -> ([f64; N], f64) {
    const MOST: f64 = 3000.0;
    let head_at = |total: f64| system.lift + system.loss * total * total;
    let delivered = |total: f64| {
        pumps
            .iter()
            .map(|pump| pump.flow(head_at(total)))
            .sum::<f64>()
    };
    let (mut low, mut high) = (0.0, MOST);
    for _ in 0..48 {
        let middle = 0.5 * (low + high);
        if delivered(middle) > middle {
            low = middle
        } else {
            high = middle
        }
    }
    let head = head_at(0.5 * (low + high));
    (pumps.map(|pump| pump.flow(head)), head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFT_ONLY: SystemCurve = SystemCurve {
        lift: 0.0,
        loss: 1e-5,
    };

    #[test]
    fn affinity_laws_hold_without_static_lift() {
        let at = |speed: f64| {
            let ([flow], head) = operating_point(
                [PumpCurve {
                    shutoff: 60.0 * speed * speed,
                    curve: 8e-5,
                }],
                LIFT_ONLY,
            );
            (flow, head)
        };
        let ((q1, h1), (q2, h2)) = (at(1.0), at(0.8));
        assert!(
            (q2 / q1 - 0.8).abs() < 1e-6,
            "flow goes with speed: {}",
            q2 / q1
        );
        assert!(
            (h2 / h1 - 0.64).abs() < 1e-6,
            "head goes with speed squared: {}",
            h2 / h1
        );
    }

    proptest::proptest! {
        #[test]
        fn the_operating_point_lies_on_all_curves(
            shutoffs in [20.0..70.0f64, 20.0..70.0, 20.0..70.0],
            curves in [5e-5..2e-4f64, 5e-5..2e-4, 5e-5..2e-4],
            lift in 0.0..60.0f64,
            loss in 1e-6..1e-4f64,
        ) {
            let pumps: [PumpCurve; 3] = std::array::from_fn(|i| PumpCurve { shutoff: shutoffs[i], curve: curves[i] });
            let (flows, head) = operating_point(pumps, SystemCurve { lift, loss });
            let total: f64 = flows.iter().sum();
            for (pump, flow) in pumps.iter().zip(flows) {
                let own = pump.shutoff - pump.curve * flow * flow;
                assert!(if flow > 0.0 { (own - head).abs() < 1e-6 } else { pump.shutoff <= head + 1e-6 });
            }
            // Where all pumps together are too weak, nothing flows and the head is the lift.
            let system = lift + loss * total * total;
            assert!((system - head).abs() < 1e-3, "{system} {head}");
        }
    }

    #[test]
    fn a_pump_below_the_lift_delivers_nothing_and_nothing_flows_back() {
        let (flows, _) = operating_point(
            [
                PumpCurve {
                    shutoff: 62.0,
                    curve: 8e-5,
                },
                PumpCurve {
                    shutoff: 20.0,
                    curve: 8e-5,
                },
            ],
            SystemCurve {
                lift: 36.0,
                loss: 1.5e-5,
            },
        );
        assert!(flows[0] > 100.0);
        assert_eq!(flows[1], 0.0);
    }
}
