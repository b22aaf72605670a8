//! The little linear algebra that learning needs: a symmetric solve, nothing more.

use crate::Error;

/// A dense matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// All zero.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Matrix {
            rows,
            columns,
            values: vec![0.0; rows * columns],
        }
    }

    /// From values listed row by row; values left over are dropped, missing ones are zero.
    pub fn from_rows(rows: usize, columns: usize, values: &[f64]) -> Self {
        let mut all = values.to_vec();
        all.resize(rows * columns, 0.0);
        Matrix {
            rows,
            columns,
            values: all,
        }
    }

    /// Number of rows.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// One element; both indices must be inside.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    /// One element, to be changed.
    pub fn at_mut(&mut self, row: usize, column: usize) -> &mut f64 {
        &mut self.values[row * self.columns + column]
    }

    /// Row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The square matrix of the rows and columns named in `indices`.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Matrix {
        let values = indices
            .iter()
            .flat_map(|&r| indices.iter().map(move |&c| self.at(r, c)))
            .collect();
        Matrix {
            rows: indices.len(),
            columns: indices.len(),
            values,
        }
    }
}

/// Solves `(a + ridge * I) x = b` for a symmetric positive definite `a` [n, n] by Cholesky factorisation
/// (Golub & Van Loan, Matrix Computations, 4th ed., algorithm 4.2.1). The sum runs in a fixed order, so equal inputs
/// give equal bits.
///
/// # Errors
/// [`Error::Singular`] when a pivot is not clearly positive.
pub fn solve_spd(a: &Matrix, ridge: f64, b: &[f64]) -> Result<Vec<f64>, Error> {
    let n = a.rows();
    if a.columns() != n || b.len() != n {
        return Err(Error::Recipe(format!(
            "a {n}x{} system with {} right-hand values",
            a.columns(),
            b.len()
        )));
    }
    let mut lower = Matrix::zeros(n, n);
    for j in 0..n {
        let pivot = a.at(j, j) + ridge - (0..j).map(|k| lower.at(j, k).powi(2)).sum::<f64>();
        // Relative to the diagonal: what is left after elimination is rounding noise below this.
        if pivot.is_nan() || pivot <= 1e-12 * (a.at(j, j).abs() + ridge) {
            return Err(Error::Singular);
        }
        let root = pivot.sqrt();
        *lower.at_mut(j, j) = root;
        for i in j + 1..n {
            let rest = a.at(i, j) - (0..j).map(|k| lower.at(i, k) * lower.at(j, k)).sum::<f64>();
            *lower.at_mut(i, j) = rest / root;
        }
    }
    let mut x = b.to_vec();
    for i in 0..n {
        let known: f64 = (0..i).map(|k| lower.at(i, k) * x[k]).sum();
        x[i] = (x[i] - known) / lower.at(i, i);
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| lower.at(k, i) * x[k]).sum();
        x[i] = (x[i] - known) / lower.at(i, i);
    }
    Ok(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_known_system_is_solved() {
        // A = L Lᵀ with L = [[2,0,0],[6,1,0],[-8,5,3]]: the textbook example, x = (1, -2, 3).
        let a = Matrix::from_rows(
            3,
            3,
            &[4.0, 12.0, -16.0, 12.0, 37.0, -43.0, -16.0, -43.0, 98.0],
        );
        let x = solve_spd(
            &a,
            0.0,
            &[4.0 - 24.0 - 48.0, 12.0 - 74.0 - 129.0, -16.0 + 86.0 + 294.0],
        )
        .unwrap();
        for (got, want) in x.iter().zip([1.0, -2.0, 3.0]) {
            assert!((got - want).abs() < 1e-9, "{x:?}");
        }
    }

    #[test]
    fn copies_of_one_input_are_singular_until_a_ridge_is_given() {
        let a = Matrix::from_rows(2, 2, &[1.0, 1.0, 1.0, 1.0]);
        assert_eq!(solve_spd(&a, 0.0, &[1.0, 1.0]), Err(Error::Singular));
        let x = solve_spd(&a, 1e-3, &[1.0, 1.0]).unwrap();
        assert!(
            (x[0] - x[1]).abs() < 1e-9 && (x[0] - 0.5).abs() < 1e-3,
            "the ridge shares the weight: {x:?}"
        );
    }

    proptest! {
        #[test]
        fn solutions_satisfy_the_equations(seed in proptest::collection::vec(-3.0..3.0f64, 16), b in proptest::collection::vec(-5.0..5.0f64, 4)) {
            // M Mᵀ + I is positive definite whatever M is.
            let m = Matrix::from_rows(4, 4, &seed);
            let mut a = Matrix::zeros(4, 4);
            for i in 0..4 {
                for j in 0..4 {
                    *a.at_mut(i, j) = (0..4).map(|k| m.at(i, k) * m.at(j, k)).sum();
                }
            }
            let x = solve_spd(&a, 1.0, &b).unwrap();
            for (i, want) in b.iter().enumerate() {
                let left: f64 = x.iter().enumerate().map(|(j, x)| a.at(i, j) * x).sum();
                prop_assert!((left + x[i] - want).abs() < 1e-8);
            }
        }
    }
}
