"""Matrices kept as a product A B of a tall and a wide one, so that d_model x d_model is never formed.

M = A B, A [left, r], B [r, right], row vectors (x M). With A = Q_A R_A and B^T = Q_B R_B (thin QR), everything that
does not depend on the large bases lives in the small core R_A R_B^T [r, r].
"""

from dataclasses import dataclass

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from polyhead.core.errors import PolyheadError


@dataclass(frozen=True, eq=False)
class FactoredMatrix:
    """The matrix A B. `@` takes vectors, matrices and other factored matrices on either side."""

    A: Float[Tensor, "left r"]
    B: Float[Tensor, "r right"]

    @property
    def shape(self) -> tuple[int, int]:
        return self.A.shape[0], self.B.shape[1]

    @property
    def rank(self) -> int:
        """Inner width: the rank is at most this."""
        return self.A.shape[1]

    @property
    def T(self) -> "FactoredMatrix":
        return FactoredMatrix(self.B.mT, self.A.mT)

    def dense(self) -> Float[Tensor, "left right"]:
        """The whole matrix. Only for small ones."""
        return self.A @ self.B

    def __matmul__(self, other: "Tensor | FactoredMatrix") -> "Tensor | FactoredMatrix":
        """M x for a vector or matrix; a product of factored matrices keeps the smaller of the two inner widths."""
        width = other.shape[0]
        if width != self.shape[1]:
            raise PolyheadError(f"{self.shape} @ {tuple(other.shape)}: expected {self.shape[1]} rows, received {width}")
        if not isinstance(other, FactoredMatrix):
            return self.A @ (self.B @ other)
        middle = self.B @ other.A
        if self.rank <= other.rank:
            return FactoredMatrix(self.A, middle @ other.B)
        return FactoredMatrix(self.A @ middle, other.B)

    def __rmatmul__(self, other: Float[Tensor, "*batch left"]) -> Float[Tensor, "*batch right"]:
        """x M for row vectors x, any number of leading axes."""
        if other.shape[-1] != self.shape[0]:
            raise PolyheadError(f"{tuple(other.shape)} @ {self.shape}: expected vectors of {self.shape[0]}")
        return (other @ self.A) @ self.B

    def svd(self) -> tuple[Float[Tensor, "left k"], Float[Tensor, " k"], Float[Tensor, "k right"]]:
        """U, S, Vh with M = U diag(S) Vh, k = min(left, r, right), S descending."""
        q_a, r_a = torch.linalg.qr(self.A)
        q_b, r_b = torch.linalg.qr(self.B.mT)
        u, s, vh = torch.linalg.svd(r_a @ r_b.mT, full_matrices=False)
        return q_a @ u, s, vh @ q_b.mT

    def eigenvalues(self) -> Complex[Tensor, " k"]:
        """The eigenvalues that may differ from zero: those of B A. Of a square matrix only.

        Raises:
            PolyheadError: the matrix is not square.
        """
        if self.shape[0] != self.shape[1]:
            raise PolyheadError(f"only a square matrix has eigenvalues; this one is {list(self.shape)}")
        return torch.linalg.eigvals(self.B @ self.A)

    def trace(self) -> Float[Tensor, ""]:
        return (self.A * self.B.mT).sum()

    def norm(self) -> Float[Tensor, ""]:
        """Frobenius norm."""
        r_a = torch.linalg.qr(self.A, mode="r").R
        r_b = torch.linalg.qr(self.B.mT, mode="r").R
        return torch.linalg.matrix_norm(r_a @ r_b.mT)


def composition_score(left: FactoredMatrix, right: FactoredMatrix) -> Float[Tensor, ""]:
    """|left right| / (|left| |right|), Frobenius norms: from 0 to 1, how far `right` reads what `left` writes.

    Of an earlier head's OV circuit and a later head's circuits: with `right = ov` it is V-composition, with `qk`
    Q-composition, with `qk.T` K-composition (Elhage et al. 2021, A Mathematical Framework for Transformer Circuits).
    Random matrices do not score 0; compare with them.
    """
    product = left @ right
    assert isinstance(product, FactoredMatrix)
    return product.norm() / (left.norm() * right.norm())
