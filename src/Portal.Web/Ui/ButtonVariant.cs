namespace Portal.Web.Ui;

/// <summary>PatternFly's button weights; one primary action a view.</summary>
public enum ButtonVariant { Primary, Secondary, Tertiary, Danger, Link, Plain }
