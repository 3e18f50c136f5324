# Core, nn, linalg, math and image families.
from ranvier.ops._activations import (
    celu,
    elu,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    swish,
    tanh_shrink,
    threshold,
)
from ranvier.ops._attention import (
    dot_product_attention,
)
from ranvier.ops._complex import (
    polar,
    view_as_complex,
    view_as_real,
)
from ranvier.ops._control import (
    associative_scan,
    cond,
    custom_gradient,
    fori_loop,
    map,
    scan,
    switch,
    vectorized_map,
    while_loop,
)
from ranvier.ops._convolution import (
    conv,
    conv_transpose,
    depthwise_conv,
    separable_conv,
)
from ranvier.ops._core import (
    cast,
    convert_to_numpy,
    convert_to_tensor,
    dtype,
    is_tensor,
    saturate_cast,
    scatter,
    scatter_update,
    shape,
    slice,
    slice_update,
    stop_gradient,
    unstack,
)
from ranvier.ops._crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    psnr,
    sparse_categorical_crossentropy,
)
from ranvier.ops._ctc import (
    ctc_decode,
    ctc_loss,
)
from ranvier.ops._decompositions import (
    cholesky,
    eig,
    eigh,
    lu_factor,
    qr,
    svd,
)
from ranvier.ops._einops import (
    rearrange,
)
from ranvier.ops._encoding import (
    multi_hot,
    one_hot,
)
from ranvier.ops._fourier import (
    fft,
    fft2,
    ifft2,
    irfft,
    istft,
    rfft,
    stft,
)
from ranvier.ops._linalg import (
    cholesky_inverse,
    det,
    inv,
    jvp,
    logdet,
    lstsq,
    matrix_rank,
    norm,
    pinv,
    solve,
    solve_triangular,
)
from ranvier.ops._math import (
    cdist,
    erf,
    erfc,
    erfinv,
    in_top_k,
    logsumexp,
    rsqrt,
    top_k,
)
from ranvier.ops._normalization import (
    batch_normalization,
    layer_normalization,
    moments,
    normalize,
    rms_normalization,
)
from ranvier.ops._pooling import (
    adaptive_average_pool,
    adaptive_max_pool,
    average_pool,
    max_pool,
)
from ranvier.ops._segments import (
    segment_max,
    segment_min,
    segment_prod,
    segment_sum,
)
from ranvier.ops._windows import (
    depth_to_space,
    extract_sequences,
    fold,
    space_to_depth,
    unfold,
)

# End of these families.

# NumPy family.
from ranvier.ops._arithmetic import (
    abs,
    absolute,
    add,
    divide,
    divide_no_nan,
    fabs,
    floor_divide,
    fmod,
    mod,
    multiply,
    negative,
    power,
    sign,
    subtract,
    true_divide,
)
from ranvier.ops._bits import (
    bitwise_and,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    gcd,
    lcm,
    left_shift,
    right_shift,
)
from ranvier.ops._checks import (
    allclose,
    isclose,
    isfinite,
    isin,
    isinf,
    isnan,
    isneginf,
    isposinf,
    isreal,
)
from ranvier.ops._comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
)
from ranvier.ops._creation import (
    arange,
    array,
    empty,
    empty_like,
    full,
    full_like,
    geomspace,
    linspace,
    logspace,
    meshgrid,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from ranvier.ops._exponents import (
    cbrt,
    exp,
    exp2,
    expm1,
    ldexp,
    log,
    log10,
    log1p,
    log2,
    logaddexp,
    logaddexp2,
    reciprocal,
    sqrt,
    square,
)
from ranvier.ops._flips import (
    flip,
    fliplr,
    flipud,
    roll,
    rot90,
)
from ranvier.ops._hyperbolic import (
    arccosh,
    arcsinh,
    arctanh,
    cosh,
    sinh,
    tanh,
)
from ranvier.ops._indexing import (
    get_item,
    nonzero,
    select,
    take,
    take_along_axis,
    unravel_index,
    where,
)
from ranvier.ops._joining import (
    append,
    array_split,
    concatenate,
    dsplit,
    dstack,
    hsplit,
    hstack,
    split,
    stack,
    vsplit,
    vstack,
)
from ranvier.ops._limits import (
    clip,
    fmax,
    fmin,
    maximum,
    minimum,
)
from ranvier.ops._matrices import (
    diag,
    diagflat,
    diagonal,
    eye,
    identity,
    slogdet,
    trace,
    tri,
    tril,
    triu,
    vander,
)
from ranvier.ops._nan import (
    nanargmax,
    nanargmin,
    nancumprod,
    nancumsum,
    nanmax,
    nanmean,
    nanmedian,
    nanmin,
    nanpercentile,
    nanprod,
    nanquantile,
    nanstd,
    nansum,
    nanvar,
)
from ranvier.ops._operators import install_operators
from ranvier.ops._products import (
    cross,
    dot,
    einsum,
    inner,
    kron,
    matmul,
    outer,
    tensordot,
    vdot,
)
from ranvier.ops._reductions import (
    all,
    amax,
    amin,
    any,
    count_nonzero,
    cumprod,
    cumsum,
    max,
    mean,
    min,
    prod,
    ptp,
    std,
    sum,
    var,
)
from ranvier.ops._repeating import (
    pad,
    repeat,
    tile,
)
from ranvier.ops._rounding import (
    ceil,
    conj,
    conjugate,
    floor,
    heaviside,
    imag,
    nan_to_num,
    nextafter,
    real,
    round,
    signbit,
    trunc,
)
from ranvier.ops._shapes import (
    broadcast_to,
    copy,
    expand_dims,
    moveaxis,
    ndim,
    ravel,
    reshape,
    size,
    squeeze,
    swapaxes,
    transpose,
    view,
)
from ranvier.ops._sorting import (
    argmax,
    argmin,
    argpartition,
    argsort,
    digitize,
    searchsorted,
    sort,
    unique,
)
from ranvier.ops._statistics import (
    average,
    bincount,
    corrcoef,
    correlate,
    diff,
    histogram,
    median,
    percentile,
    quantile,
    trapezoid,
)
from ranvier.ops._trigonometry import (
    angle,
    arccos,
    arcsin,
    arctan,
    arctan2,
    cos,
    deg2rad,
    hypot,
    i0,
    rad2deg,
    sin,
    sinc,
    tan,
)
from ranvier.ops._vectorize import (
    vectorize,
)
from ranvier.ops._window_functions import (
    bartlett,
    blackman,
    hamming,
    hanning,
    kaiser,
)
# End of the NumPy family.

# The namespaces.
from ranvier.ops import image, linalg, nn, numpy
