namespace Kube.Machinery.Selectors;

/// <summary>How a label requirement compares.</summary>
public enum LabelOperator
{
    /// <summary>The label exists with one of the values.</summary>
    In,

    /// <summary>The label is missing or has none of the values.</summary>
    NotIn,

    /// <summary>The label exists.</summary>
    Exists,

    /// <summary>The label is missing.</summary>
    DoesNotExist,

    /// <summary>The label is an integer greater than the value.</summary>
    GreaterThan,

    /// <summary>The label is an integer less than the value.</summary>
    LessThan,
}
