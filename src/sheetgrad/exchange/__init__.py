"""Networks of other libraries, in and out, and estimators in the manner of scikit-learn.

    dense       a network of dense layers as plain data, and the setup it makes
    torch_in    from a PyTorch module (`torch_out`: to one)
    scikit_in   from a trained estimator of scikit-learn
    estimators  MLPClassifier and MLPRegressor on our own engine

The other libraries are imported only by what needs them.
"""

from __future__ import annotations
